"""`whatif` tells what other readings would make of suggestion, interval and odds, and changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from targetcal_xl.actions import WhatIfReport, recalibrate, whatif
from targetcal_xl.cli.app import app, told
from targetcal_xl.problems import Refused
from tests.support.desks import Case, fresh, locked


def suppose(case: Case, *said: tuple[str, str, str]) -> WhatIfReport:
    return case.run(whatif, list(said))


def test_one_more_head_raises_the_line_and_the_total_and_nothing_is_changed(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    before, book = case.entries(), case.path.read_bytes()
    report = suppose(case, ("R1-2", "heads", "+20%"))
    [line], total = report.lines, report.total
    assert (line.region, line.line, line.before.suggested) == ("华东大区", "华南2组", 130)
    for side in (line, total):
        for figure in ("suggested", "low", "high"):
            assert getattr(side.after, figure) > getattr(side.before, figure)
    assert total.before.suggested == 85 + 130 + 198
    assert (case.entries(), case.path.read_bytes()) == (before, book)


def test_what_was_supposed_comes_true_when_finance_types_it(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    report = suppose(case, ("R1-2", "搜索指数", "300"))
    case.type({(None, "R1-2/search", "reading.now"): 300.0})
    assert report.lines[0].before.suggested != report.lines[0].after.suggested
    case.run(recalibrate)
    assert case.suggested("R1-2") == report.lines[0].after.suggested
    again = suppose(case, ("R1-2", "搜索指数", "300"))
    assert again.lines[0].before == again.lines[0].after == report.lines[0].after


def test_declared_targets_have_odds_once_they_are_locked(tmp_path: Path) -> None:
    report = suppose(locked(tmp_path), ("R2-1", "heads", "+1"))
    assert report.lines[0].declared == round(198 * 0.7)
    odds = report.lines[0].after.odds_declared
    assert odds is not None and odds > 0.9
    assert report.total.declared == 84 + 130 + round(198 * 0.7)


@pytest.mark.parametrize(
    ("said", "now", "after"),
    [
        ("12", 10, 12),
        ("+1", 10, 11),
        ("-2", 10, 8),
        ("+10%", 10, 11),
        ("－ 5 ％", 10, None),
        ("- 50%", 10, 5),
    ],
)
def test_a_reading_may_be_said_in_several_ways(
    tmp_path: Path, said: str, now: float, after: float | None
) -> None:
    case = fresh(tmp_path)
    case.type({(None, "R1-1/heads", "reading.now"): float(now)})
    case.run(recalibrate)
    if after is None:
        with pytest.raises(Refused):
            suppose(case, ("R1-1", "heads", said))
    else:
        [reading] = suppose(case, ("R1-1", "heads", said)).readings
        assert reading.before == now and reading.after == pytest.approx(after)


def test_changes_to_one_reading_add_up(tmp_path: Path) -> None:
    [reading] = suppose(fresh(tmp_path), ("R1-1", "heads", "10"), ("R1-1", "heads", "+1")).readings
    assert reading.after == 11


@pytest.mark.parametrize(
    ("line", "indicator", "said", "code"),
    [
        ("nowhere", "heads", "1", "line_unknown_anywhere"),
        ("R1-1", "weather", "1", "indicator_unknown"),
        ("R1-1", "heads", "many", "reading_unreadable"),
        ("R1-1", "heads", "10%", "reading_unreadable"),
        ("R1-1", "heads", "-9999", "reading_negative"),
        ("R2-1", "search", "+10%", "reading_unknown"),
    ],
)
def test_what_cannot_be_read_is_named(
    tmp_path: Path, line: str, indicator: str, said: str, code: str
) -> None:
    with pytest.raises(Refused) as caught:
        suppose(fresh(tmp_path), (line, indicator, said))
    assert [problem.code for problem in caught.value.problems] == [code]
    assert all(
        problem.sentence(language) for problem in caught.value.problems for language in ("zh-CN", "en")
    )


def run(*words: str) -> int:
    return told(lambda: app(words, standalone_mode=False))


def test_the_command_tells_it_as_a_table_and_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = fresh(tmp_path)
    words = ("whatif", str(case.path), "-l", "R1-2", "-i", "heads", "-n", "+20%")
    assert run(*words) == 0
    assert "130" in capsys.readouterr().out
    assert run(*words, "--json") == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["lines"][0]["before"]["suggested"] == 130
    assert run(*words, "-l", "R1-1") == 2
