"""What a warning says, who takes it up, whom it is told, and when it is over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from targetcal_xl.actions import follow, verify
from targetcal_xl.actions.acknowledge import acknowledge
from targetcal_xl.actions.evaluate import warning_turns
from targetcal_xl.actions.notices import notices
from targetcal_xl.actions.rule_book import our_rules, rule_book
from targetcal_xl.calibration import WarningTurn, deviations
from targetcal_xl.calibration.vocabulary import MessageKind, WarningState
from targetcal_xl.connect import CAUSES, Actuals, read_suggestions
from targetcal_xl.desk import take_stock
from targetcal_xl.language import LANGUAGES
from targetcal_xl.outbox import Message
from targetcal_xl.problems import DataProblems, Refused
from targetcal_xl.workdays import plan_shape
from tests.support.desks import Case, confirmed, told

AGREED = np.array([84.0, 130.0, 139.0])
EARLY, LATER = dt.date(2025, 2, 14), dt.date(2025, 2, 20)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """84, 130 and 139 have been agreed and confirmed."""
    return confirmed(tmp_path)


def results(case: Case, day: dt.date, *shares: float, leads: float = np.nan) -> Actuals:
    """Results up to a day, line by line a share of what the path asks for."""
    days = tuple(date for date in case.inputs.plan.period.days if date <= day)
    daily = (AGREED * np.array(shares))[:, None] * plan_shape(case.inputs).shares[None, : len(days)]
    known = np.full_like(daily, leads)
    return Actuals(days, daily, known, np.full_like(daily, np.nan))


def shown(case: Case, table: str, row: str, column: str) -> object:
    reading = case.reading()
    spot = reading.places.spot("progress", table, row, column)
    return reading.grids["progress"][spot].value if spot in reading.grids["progress"] else None


def field(case: Case, code: str) -> object:
    reading = case.reading()
    sheet, spot = reading.places.field(code)
    return reading.grids[sheet][spot].value if spot in reading.grids[sheet] else None


def test_regions_and_the_whole_are_followed_beside_their_lines(case: Case) -> None:
    report = case.run(follow, results(case, EARLY, 0.5, 0.5, 1.2))
    assert [one.region for one in report.groups] == ["华东大区", ""]
    assert [one.agreed for one in report.groups] == [214, 353]
    assert shown(case, "regions", "R1", "warned") == "是" and shown(case, "regions", "R2", "warned") == "否"
    odds = shown(case, "regions", "R1", "odds")
    assert odds == report.groups[0].odds > 0.9
    assert str(field(case, "progress_rests")) == report.rests
    assert field(case, "progress_odds") is not None
    assert case.run(verify).problems == ()


def test_a_warning_says_what_is_short_or_since_when(case: Case) -> None:
    report = case.run(follow, results(case, EARLY, 0.5, 1, 1, leads=0.6))
    assert "60" in report.warnings[0].reason and "线索" in report.warnings[0].reason
    report = case.run(follow, results(case, EARLY, 0.5, 1, 1))
    assert "从期初" in report.warnings[0].reason
    fading = results(case, EARLY, 1, 1, 1)
    fading.value[0, -14:] = 0
    fading.value[0, :-14] *= 0.9
    assert "近期" in case.run(follow, fading).warnings[0].reason
    windfall = results(case, EARLY, 0.5, 1, 1)
    windfall.value[0, 20] = 12
    assert "2025-01-21" in case.run(follow, windfall).warnings[0].reason


def test_a_region_says_which_line_lacks_most(case: Case) -> None:
    report = case.run(follow, results(case, EARLY, 1.0, 0.5, 1))
    assert case.inputs.plan.lines[1].name in report.groups[0].reason
    assert case.run(verify).problems == ()


def test_the_houses_own_rules_are_what_is_suggested(case: Case) -> None:
    (case.folder / "suggestions.toml").write_text(
        '[[rules]]\nwhen = "throughout"\nsay = "请约谈{line}，已完成 {share}"\nwho = "head"\n', "utf-8"
    )
    report = case.run(follow, results(case, EARLY, 0.5, 1, 1))
    head = case.inputs.plan.region("R1").head.name
    assert (
        report.warnings[0].suggestion.startswith("请约谈华东1组，已完成 50")
        and head in report.warnings[0].suggestion
    )
    assert shown(case, "lines", "R1-1", "suggestion") == report.warnings[0].suggestion
    (case.folder / "suggestions.toml").write_text("[[rules]]\n", "utf-8")
    with pytest.raises(DataProblems):
        case.run(follow, results(case, LATER, 0.5, 1, 1))


def test_our_rules_can_be_written_read_and_followed(case: Case) -> None:
    written = case.run(rule_book, write=True)
    assert written.written and len(written.rules) == 8
    assert case.run(rule_book).rules == written.rules
    assert case.run(follow, results(case, EARLY, 0.5, 1, 1)).warnings[0].suggestion
    with pytest.raises(Refused):
        case.run(rule_book, write=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_our_rules_are_in_order_in_every_language(tmp_path: Path, language: str) -> None:
    path = tmp_path / "suggestions.toml"
    path.write_text(our_rules(language), "utf-8")
    assert [rule.when for rule in read_suggestions(path)] == [*CAUSES]


def test_a_warning_is_taken_up_by_somebody_until_a_day(case: Case) -> None:
    with pytest.raises(Refused) as refused:
        case.run(acknowledge, "加派售前", LATER, line="R1-1")
    assert told(refused.value.problems) == [("acknowledge_nothing", "华东1组")]
    case.run(follow, results(case, EARLY, 0.4, 1, 1))
    for words, until, code in (
        ("无", LATER, "acknowledge_words"),
        ("加派售前", dt.date(2024, 1, 1), "acknowledge_until"),
    ):
        with pytest.raises(Refused) as refused:
            case.run(acknowledge, words, until, line="R1-1")
        assert [found for found, _ in told(refused.value.problems)] == [code]
    report = case.run(acknowledge, "加派售前", LATER, line="华东1组", by="head1")
    assert (report.about, report.by, report.until) == ("华东1组", "head1", LATER)
    state = str(shown(case, "lines", "R1-1", "warning_state"))
    assert "head1" in state and "加派售前" in state and "2025-02-20" in state
    case.run(acknowledge, "已与上级商定", LATER, region="R1")
    assert "已与上级商定" in str(shown(case, "regions", "R1", "warning_state"))
    assert case.run(verify).problems == ()


def test_the_next_warning_is_not_taken_up_already(case: Case) -> None:
    case.run(follow, results(case, EARLY, 0.4, 1, 1))
    case.run(acknowledge, "加派售前", LATER, line="R1-1")
    case.run(follow, results(case, LATER, 1.1, 1, 1))
    assert "加派售前" not in str(shown(case, "lines", "R1-1", "warning_state"))
    case.run(follow, results(case, dt.date(2025, 3, 10), 0.4, 1, 1))
    assert "加派售前" not in str(shown(case, "lines", "R1-1", "warning_state"))


def warned(case: Case) -> Iterator[Message]:
    with case.desk() as desk:
        due = notices(take_stock(desk)).messages
    yield from (message for message, _ in due if message.kind == MessageKind.WARNED)


def test_heads_are_told_of_warnings_and_superiors_of_those_that_are_left(case: Case) -> None:
    case.clock.now = dt.datetime.combine(EARLY, dt.time(9), dt.UTC)
    case.run(follow, results(case, EARLY, 0.4, 1, 1))
    first = list(warned(case))
    assert {message.name for message in first} == {case.inputs.plan.region("R1").head.name}
    assert "华东1组" in first[0].text and "从期初" in first[0].text
    case.clock.advance(days=8)
    left = {message.name for message in warned(case)}
    assert case.inputs.plan.region("R1").superior.name in left
    until = case.clock().date() + dt.timedelta(days=3)
    case.run(acknowledge, "加派售前", until, line="R1-1")
    case.run(acknowledge, "加派售前", until, region="R1")
    assert {message.name for message in warned(case)} == {case.inputs.plan.region("R1").head.name}
    case.clock.advance(days=5)
    assert case.inputs.plan.region("R1").superior.name in {message.name for message in warned(case)}
    case.run(follow, results(case, LATER, 1.1, 1, 1))
    assert list(warned(case)) == []


def test_warnings_are_dated_by_the_results_that_showed_them(case: Case) -> None:
    case.run(follow, results(case, EARLY, 0.4, 1, 1))
    case.run(follow, results(case, LATER, 1.1, 1, 1))
    with case.desk() as desk:
        turns = [(turn.about, turn.state, turn.day) for turn in warning_turns(desk.ledger)]
    assert turns == [(("R1", "R1-1"), "open", EARLY), (("R1", "R1-1"), "closed", LATER)]


def turns(*days: int) -> list[WarningTurn]:
    """A warning that begins and ends by turns, on days of March."""
    states = (WarningState.OPEN, WarningState.CLOSED)
    return [WarningTurn(("R", "L"), states[k % 2], dt.date(2025, 3, day)) for k, day in enumerate(days)]


@pytest.mark.parametrize(
    ("days", "last", "counts"),
    [
        ((1,), 20, (1, 0)),
        ((1, 5), 12, (1, 1)),
        ((1, 5), 11, (1, 0)),
        ((1, 5, 8), 31, (1, 0)),
        ((1, 5, 8, 10), 20, (1, 1)),
        ((1, 5, 15), 31, (2, 1)),
        ((1, 5, 15, 30), 31, (2, 2)),
    ],
)
def test_a_line_corrects_itself_when_it_is_back_and_stays(
    days: tuple[int, ...], last: int, counts: tuple[int, int]
) -> None:
    assert deviations(turns(*days), dt.date(2025, 3, last), dt.date(2025, 3, 31)) == counts


def test_a_warning_does_not_flap_about_its_threshold(case: Case) -> None:
    opened = 0
    for day, share in zip(range(10, 16), [0.86, 0.9] * 3, strict=True):
        report = case.run(follow, results(case, dt.date(2025, 2, day), share, 1, 1))
        opened += sum(one.is_new for one in report.warnings)
    assert opened <= 1
