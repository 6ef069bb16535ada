"""Companies play a whole quarter through the command line, in either language by turns.

Of every kind of metric, what is told in each language is looked at by `test_whole_metrics`.
"""

from __future__ import annotations

import re
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest

from targetcal_xl.calibration import Key, Value
from targetcal_xl.cli import show
from targetcal_xl.cli.app import app, told
from targetcal_xl.connect import read_plan
from targetcal_xl.desk.records import standing_of
from targetcal_xl.language import LANGUAGES
from targetcal_xl.workbook.wording import Wording
from tests.support.companies import (
    COMPANIES,
    FIRST_LOOK,
    LAST_LOOK,
    Company,
    plan_folder,
    results_file,
    survey_file,
)
from tests.support.desks import REASONS, Case


class Player:
    """Runs commands on a company's book, and keeps what they said."""

    def __init__(self, book: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.book, self._capsys, self.said = book, capsys, ""

    def __call__(self, name: str, *words: str, status: int = 0) -> str:
        found = told(lambda: app((name, str(self.book), *words), standalone_mode=False))
        out = self._capsys.readouterr()
        assert found == status, (name, words, out)
        self.said += out.out
        return out.out + out.err


def _submit(case: Case) -> dict[str, float]:
    """All regions take the suggestions, but for each first line, which is two steps worse."""
    plan, values = case.inputs.plan, dict[Key, Value]()
    with case.desk() as desk:
        suggested = standing_of(desk.ledger).baseline.suggested.tolist()
    declared = dict(zip((line.code for line in plan.lines), suggested, strict=True))
    for region in plan.regions:
        first = plan.lines_of(region.code)[0].code
        declared[first] = round(declared[first] - 2 * plan.metric.step * plan.metric.direction, 9)
        values |= {(region.code, first, code): words for code, words in REASONS.items()}
        values[region.code, None, "status"] = "submitted"
        values[region.code, None, "submitter"] = region.head.name
    values |= {(line.region, line.code, "declared"): declared[line.code] for line in plan.lines}
    case.type(values)
    return declared


def _settle(case: Case, play: Player) -> None:
    """Objections are answered, supports declined, and every line is accepted."""
    plan = case.inputs.plan
    for region in plan.regions:
        first = plan.lines_of(region.code)[0].code
        if case.value(region.code, first, "objection") == "open":
            talk = ("--note", "Talked it over with the head", "--as", region.hrbp.name)
            play("objections", "--region", region.code, "--line", first, *talk)
        no = ("--support", first, "no", "--reason", "No headcount left", "--as", region.superior.name)
        play("decide", "--region", region.code, *no)
    said = (("decision", "accept"), ("decision_reason", "Grounds hold"))
    case.type({(line.region, line.code, code): word for line in plan.lines for code, word in said})
    for region in plan.regions:
        play("decide", "--region", region.code, "--as", region.superior.name)


def _named(said: Company | str) -> str:
    return said.code if isinstance(said, Company) else said


@pytest.mark.parametrize(
    ("company", "language"), [*zip(COMPANIES, cycle(LANGUAGES), strict=False)], ids=_named
)
def test_a_company_plays_its_quarter_to_the_end(
    company: Company,
    language: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(show, "LANGUAGE", language)
    folder = plan_folder(company, tmp_path / "plan")
    case = Case(tmp_path, read_plan(folder), book="book.xlsx", language=language)
    play, plan = Player(case.path, capsys), case.inputs.plan
    assert ("2025Q3" in play("new", "--from", str(folder), "--lang", language)) == bool(company.groups)
    agreed = _submit(case)
    play("check")
    play("lock")
    _settle(case, play)
    play("confirm", "--reason", "Agreed in the second meeting")
    targets = np.array([agreed[line.code] for line in plan.lines])
    results = str(results_file(plan, targets, tmp_path))
    play("letters", "-o", str(tmp_path / "letters"), "--format", "docx")
    for day in (FIRST_LOOK, LAST_LOOK):
        play("follow", "--actuals", results, "--as-of", str(day))
    play("survey", "--responses", str(survey_file(plan, tmp_path)))
    assert "98%" in play("evaluate"), "results were 2 % worse than agreed, whichever way is better"
    play("audit", "--verify")
    assert len(list((tmp_path / "letters").iterdir())) == len(plan.regions)
    _look_at_the_audit_sheet(case)
    _look_at(play.said, company, plan.total_of(targets))


def _look_at_the_audit_sheet(case: Case) -> None:
    """Every field that was recorded is called by a name, not by its code."""
    with case.desk() as desk:
        words, codes = Wording(standing_of(desk.ledger)), {entry.field for entry in desk.ledger.entries()}
    assert {code for code in codes if words.field(code) == code} == set()


def _look_at(said: str, company: Company, agreed: float) -> None:
    """What was said has no sum of means, no power of ten, and no sign before nothing."""
    assert not re.search(r"\de[+-]\d\d|[+−-]0(\.0+)?\s?%|#{3}", said)
    wanted = f"{agreed:,.0f}" if company.kind == "sum" else f"{agreed:.2f}"[:4]
    assert wanted in said
