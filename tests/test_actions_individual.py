"""Every representative gets a letter of their own, which rests on their region's."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pypdfium2
import pytest
import zxingcpp

from targetcal_xl.actions import LettersReport, attest, issue_letters, proof, verify
from targetcal_xl.actions.issue_individual import issue_individual
from targetcal_xl.calibration import Representative, individual, shortfalls
from targetcal_xl.connect import read_representatives
from targetcal_xl.desk import Issue, Stock, last_letters
from targetcal_xl.language import LANGUAGES
from targetcal_xl.letters import LetterTemplate, rehearse
from targetcal_xl.problems import DataProblems
from tests.support.desks import Case, confirmed
from tests.support.letters import pdf_text, sample_letter
from tests.support.samples import METRIC

STEM = "2025Q1-new-customers"
PEOPLE = """employee,name,line,target
E1,李雷,R1-1,60
E2,韩梅梅,R1-1,{second}
E3,张三,R1-2,130
E4,李四,R2-1,140
"""


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """Regions with their letters, and a table of people that carries what was agreed."""
    made = confirmed(tmp_path)
    made.run(issue_letters, tmp_path / "letters", "docx")
    return made


def _table(case: Case, second: float = 40, text: str = PEOPLE) -> Path:
    path = case.folder / "people.csv"
    path.write_text(text.format(second=second), "utf-8")
    return path


def _issue(case: Case, second: float = 40, form: str = "docx") -> list[tuple[int, int]]:
    """Issue the letters of the table; by region how many are new and how many are not."""
    report = case.run(issue_individual, case.folder / "people", _table(case, second), form)
    return _counts(report)


def _counts(report: LettersReport) -> list[tuple[int, int]]:
    found = Counter((one.region, one.is_new) for one in report.letters)
    return [(found[region, True], found[region, False]) for region in dict.fromkeys(r for r, _ in found)]


def _last(case: Case) -> dict[str, Issue]:
    """By employee the last letter of each."""
    with case.desk() as desk:
        return last_letters(desk.ledger)


def test_each_letter_says_whose_it_is_what_they_carry_and_on_what_it_rests(case: Case) -> None:
    assert _issue(case, form="pdf") == [(3, 0), (1, 0)]
    said = pdf_text((case.folder / "people" / f"{STEM}-R1-E1-V1.pdf").read_bytes())
    for words in ("李雷", "E1", "60", f"{STEM}-R1-V1"):
        assert words in said
    region = _last(case)["e1"].letter.region
    assert (region.head.name, region.superior.name) == ("李雷", "head1")
    assert case.run(verify).verified


def test_what_was_issued_is_not_issued_again_and_another_target_is_a_next_version(case: Case) -> None:
    _issue(case)
    assert _issue(case) == [(0, 3), (0, 1)]
    assert _issue(case, 45) == [(1, 2), (0, 1)]
    known = _last(case)
    assert (known["e2"].letter.number, known["e2"].letter.replaces) == (
        f"{STEM}-R1-E2-V2",
        f"{STEM}-R1-E2-V1",
    )
    assert known["e1"].letter.version == 1


def test_a_run_that_was_stopped_goes_on_with_those_that_it_had_not_come_to(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle, times = Stock.settle, []

    def stops(self: Stock, *said: object) -> object:
        times.append(1)
        if len(times) == 3:
            raise KeyboardInterrupt
        return settle(self, *said)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Stock, "settle", stops)
        patched.setattr("targetcal_xl.actions.issue_individual._AT_ONCE", 1)
        with pytest.raises(KeyboardInterrupt):
            _issue(case)
    assert _issue(case) == [(1, 2), (1, 0)], "within a region, too"


def test_what_was_agreed_is_carried_whole_or_nothing_is_issued(case: Case) -> None:
    with pytest.raises(DataProblems) as refused:
        _issue(case, 1)
    (problem,) = refused.value.problems
    assert (problem.code, problem.fields["carried"]) == ("individual_short", "61")
    assert not (case.folder / "people").exists()


def test_a_regions_own_letter_comes_first(tmp_path: Path) -> None:
    with pytest.raises(DataProblems) as refused:
        _issue(confirmed(tmp_path))
    assert {problem.code for problem in refused.value.problems} == {"individual_before_region"}


def test_all_that_is_wrong_about_the_table_is_said_at_once(case: Case) -> None:
    text = "employee,name,line,target\nE1,李雷,R1-1,60.5\nE1,,R9,5\na/b,王五,R1-1,5\n"
    with pytest.raises(DataProblems) as refused:
        read_representatives(_table(case, text=text), case.inputs.plan)
    codes = {problem.code for problem in refused.value.problems}
    assert codes >= {"csv_off_step", "csv_duplicate", "csv_empty", "csv_employee"}


def test_a_representatives_letter_is_proved_by_its_file_and_by_its_code(case: Case) -> None:
    _issue(case, form="pdf")
    case.run(proof, "R1", case.folder / "R1.json")
    letter = case.folder / "people" / f"{STEM}-R1-E1-V1.pdf"
    page = pypdfium2.PdfDocument(letter)[0].render(scale=3).to_pil()
    (code,) = (read.text for read in zxingcpp.read_barcodes(page))
    report = attest([letter, case.folder / "R1.json"], codes=[code])
    assert [(one.verdict, one.letter) for one in report.files] == [("recorded", f"{STEM}-R1-E1-V1")]
    assert [(one.verdict, one.agreed) for one in report.codes] == [
        ("recorded", ((report.codes[0].agreed[0][0], 60.0),))
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shipped_template_holds_whatever_a_letter_says(language: str) -> None:
    tried = rehearse(LetterTemplate.shipped(language, "representative"))
    assert (tried.problems, tried.needed) == ((), None)


@pytest.mark.parametrize(("direction", "short"), [(1, 90.0), (-1, 110.0)])
def test_less_is_short_of_what_should_be_high_and_more_of_what_should_be_low(
    direction: Literal[1, -1], short: float
) -> None:
    metric = replace(METRIC, direction=direction)
    people = [Representative("E1", "李雷", "R1-1", short), Representative("E2", "韩梅梅", "R1-2", 100.0)]
    agreed = {"R1-1": 100.0, "R1-2": 100.0}
    assert list(shortfalls(agreed, people, metric)) == [("R1-1", short, 100.0)]
    assert list(shortfalls(agreed, people, replace(metric, kind="mean"))) == []


def test_milestones_are_of_the_own_target() -> None:
    whole = sample_letter()
    one = individual(
        whole,
        Representative("E1", "李雷", "R1-1", 50.0),
        "华东1组",
        replaced=None,
        issued=whole.issued,
        chain_head="h",
    )
    assert [each.target for each in one.milestones] == pytest.approx([21.0, 50.0])
    assert [each.limit for each in one.milestones] == pytest.approx([18.9, 45.0])
    assert not math.isnan(one.lines[0].targets.agreed)
