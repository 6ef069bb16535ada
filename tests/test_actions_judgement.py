"""Departures from suggestions are remembered over quarters, and shown beside what is declared next."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from targetcal_xl.actions import (
    JudgementReport,
    begin_next,
    close,
    dashboard,
    follow_file,
    judgement,
    lock,
    verify,
)
from targetcal_xl.actions.split import split_book
from targetcal_xl.calibration import Departure, JudgementRecord, Period
from targetcal_xl.desk import JUDGEMENT, judgement_record, open_desk, past_judgement
from targetcal_xl.desk.records import standing_of
from targetcal_xl.problems import Refused
from targetcal_xl.telling import Part, Rows, Sentence
from tests.support import desks
from tests.support.desks import Case


def _over(folder: Path) -> Case:
    """R1-1 was declared 1 too low and R2-1 far too low; both came close to the suggestion, or above."""
    case = desks.confirmed(folder)
    came = {"R1-1": case.suggested("R1-1"), "R1-2": 90.0, "R2-1": case.suggested("R2-1")}
    days = folder / "days.csv"
    rows = [f"2025-03-31,{line},{value:g}" for line, value in came.items()]
    days.write_text("\n".join(["date,line,value", *rows]), "utf-8")
    case.run(follow_file, days)
    return case


@pytest.fixture(scope="module")
def over(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return _over(tmp_path_factory.mktemp("over"))


def _next(case: Case, book: Path) -> JudgementReport:
    found = case.run(close, 400.0)
    with open_desk(book, actor="林静", clock=case.clock, source="test", create=True) as desk:
        begin_next(desk, found)
        return judgement(desk)


def _said(parts: list[Part]) -> str:
    return "\n".join(part.said for part in parts if isinstance(part, Sentence))


def test_nothing_is_on_record_while_nothing_is_over_and_asking_changes_nothing(tmp_path: Path) -> None:
    case = desks.confirmed(tmp_path)
    before = case.entries()
    report = case.run(judgement)
    assert (report.periods, report.regions) == ((), ())
    assert "Nothing is on record yet" in _said([*report.tell("en")])
    assert case.entries() == before


def test_a_plan_that_is_over_shows_its_own_departures_and_no_line_as_suggested(over: Case) -> None:
    report = over.run(judgement)
    assert report.periods == ("2025Q1",)
    assert [(one.code, one.departures, one.closer) for one in report.regions] == [("R1", 1, 0), ("R2", 1, 0)]
    assert "last 1 departure from suggestions: closer than the suggestion 0 times" in _said(
        [*report.tell("en")]
    )


def test_a_plan_is_not_corrected_by_what_became_of_itself(over: Case) -> None:
    report = over.run(judgement)
    assert report.learned == 0
    assert [one.corrected for one in report.opinions] == [one.declared for one in report.opinions]


def test_the_next_plan_remembers_what_the_last_one_taught(over: Case, tmp_path: Path) -> None:
    before, own = _next(over, tmp_path / "q2.xlsx"), over.run(judgement)
    assert (before.periods, before.regions, before.ways) == (own.periods, own.regions, own.ways)
    assert before.opinions == ()
    with (
        over.desk() as desk,
        open_desk(tmp_path / "q2.xlsx", actor="林静", clock=over.clock, source="test") as new,
    ):
        assert past_judgement(new.ledger, standing_of(new.ledger).values) == judgement_record(
            desk.ledger, standing_of(desk.ledger)
        )


def test_a_ledger_from_before_there_was_a_record_has_none_and_goes_on_with_its_own(over: Case) -> None:
    with over.desk() as desk:
        standing = standing_of(desk.ledger)
        assert JUDGEMENT not in standing.values
        assert past_judgement(desk.ledger, standing.values) == JudgementRecord()
        assert judgement_record(desk.ledger, standing).periods == ("2025Q1",)


def _after_a_year(case: Case, folder: Path, language: str = "en") -> Case:
    """The next plan, with a year on record in which R2 always said a tenth too little."""
    quarters = [str(Period(2024, quarter)) for quarter in (1, 2, 3, 4)]
    past = JudgementRecord(tuple(_earlier("R2-1", "R2", period, k) for period in quarters for k in (0, 1)))
    found = replace(case.run(close, 400.0), judgement=past)
    later = Case(folder, found.inputs, case.clock, "q2.xlsx", language)
    with later.desk(create=True) as desk:
        begin_next(desk, found, language)
    return later


def _headline(case: Case, region: str) -> str:
    """What stands on top of a region's tab."""
    sheet, spot = case.reading().places.fields[region, "advice"]
    return str(case.reading().grids[sheet][spot].value)


def test_declarations_stand_beside_what_they_would_be_without_habits(over: Case, tmp_path: Path) -> None:
    later = _after_a_year(over, tmp_path)
    assert later.run(judgement).opinions == ()
    later.declare("R1", R1_1=later.suggested("R1-1") + 3)
    later.declare("R2", R2_1=later.suggested("R2-1") - 20)
    report = later.run(judgement, "R2")
    [opinion] = report.opinions
    assert (report.learned, [one.code for one in report.regions]) == (4, ["R2"])
    assert opinion.corrected == opinion.declared + round(0.1 * opinion.suggested)
    for language in ("en", "zh-CN"):
        assert sum(isinstance(part, Rows) for part in report.tell(language)) == 2
    with pytest.raises(Refused):
        later.run(judgement, "R9")
    _seen_by_heads_and_superiors(later, f"{opinion.corrected:.0f}")


def _seen_by_heads_and_superiors(later: Case, corrected: str) -> None:
    """The tab says it whatever happens to the region, to R1, of which nothing is known, nothing; so do a
    pack's page and the dashboard's."""
    said, name = _headline(later, "R2"), later.inputs.plan.lines[-1].name
    assert "last 8 departures from suggestions: closer than the suggestion 0 times, 10 points too low" in said
    assert f"would be: {name} {corrected}." in said
    assert "departures" not in _headline(later, "R1")
    later.run(split_book, later.folder / "packs", ["R2"], html=True)
    assert "last 8 departures" in next((later.folder / "packs").glob("*.html")).read_text("utf-8")
    later.run(lock, ["R2"])
    assert f"{name} {corrected}." in _headline(later, "R2")
    assert later.run(verify).verified
    later.run(dashboard, later.folder / "page.html")
    page = (later.folder / "page.html").read_text("utf-8")
    assert "one more opinion" in page and f'<td class="number">{corrected}</td>' in page


def _earlier(line: str, region: str, period: str, k: int) -> Departure:
    came = 100.0 + 3 * k
    return Departure(period, region, line, 100.0, came - 10, came, 1.0, 100.0)
