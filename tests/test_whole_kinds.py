"""Kinds of metrics that we ship plans of are played to their end: by command and button in turn.

A mean and amounts in yuan in each run, by `make explore` a ratio as well.

Some buttons are those of a book that a real LibreOffice has open.

The worked case, counts, is played by command alone in `test_cli_commands.py`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from targetcal_xl.buttons import press
from targetcal_xl.connect import case_names, plan_template, read_plan
from targetcal_xl.demo.story import StoryRow
from tests.support.commands import Said, Terminal
from tests.support.desks import BOOK, Case
from tests.support.exploring import few
from tests.support.live import opened
from tests.test_cli_commands import Quarter

_BUTTONS = {"objections": "handle"}
"""Buttons that are called otherwise than the command."""
_AT_THE_OPEN_BOOK = ("confirm", "follow")
_FLAGS = {"-r": "region", "-l": "line", "-o": "out", "--as-of": "as_of"}


class _Turns(Quarter):
    """Every second act is done at a button; what it asks is what the command is told."""

    _acts = 0

    def _given(self, act: StoryRow, command: str, *words: str) -> Said:
        self._acts += 1
        if self._acts % 2 or command == "new":
            return super()._given(act, command, *words)
        self.case.clock.now = self.at(act)
        answers = {_FLAGS.get(flag, flag.strip("-")): said for flag, said in _paired(words)} | {
            "who": act["actor"]
        }
        if command not in _AT_THE_OPEN_BOOK:
            return _pressed(command, answers, self.case)
        book = opened(self.case)
        try:
            return _pressed(command, answers, book)
        finally:
            book.uno.close(True)


def _pressed(command: str, answers: Mapping[str, str], case: Case) -> Said:
    said = press(_BUTTONS.get(command, command), answers, case.language, answers["who"], case.desk)
    return Said(int("✗" in said), said, "")


def _paired(words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    return zip(words[::2], words[1::2], strict=True)


def _agreed(template: str) -> float:
    """What was declared last together: a sum, or the mean by the volumes in the plan."""
    plan = read_plan(plan_template(template)).plan
    said = plan_template(template).joinpath("declarations.csv").read_text("utf-8")
    declared = {row["line"]: float(row["declared"]) for row in csv.DictReader(said.splitlines())}
    if plan.metric.adds_up:
        return sum(declared.values())
    whole = sum(line.volume for line in plan.lines)
    return sum(line.volume * declared[line.code] for line in plan.lines) / whole


@pytest.mark.usefixtures("nothing_left_open")
@pytest.mark.parametrize(
    ("template", "language", "behind"),
    few(
        [
            pytest.param("manufacturing-en", "en", "CS-DR", id="mean"),
            pytest.param("service", "zh-CN", "CD-GA", id="ratio"),
            pytest.param("ecommerce", "zh-CN", "JJ-JZ", id="yuan"),
        ],
        {"mean", "yuan"},
    ),
)
def test_a_mean_a_ratio_and_amounts_in_yuan_are_played_by_commands_and_buttons_in_turn(
    template: str, language: str, behind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    quarter = _Turns(tmp_path, template, language)
    for act, said in quarter.play():
        assert said.status == 0 and said.err == "", (act, said)
    report = quarter.give("evaluate", BOOK, "--json").json
    assert report["agreed_total"] == pytest.approx(_agreed(template), rel=1e-3)
    assert report["deviations"] >= 1 and 90 < report["attainment_pct"] < 110
    assert behind in {entry.key[1] for entry in quarter.case.entries("follow", "warning")}
    assert len(list((tmp_path / "letters").glob("*.pdf"))) == 3
    assert quarter.give("functions", BOOK, "live").status == 0
    assert quarter.give("audit", BOOK, "--verify").status == 0


def test_a_plan_that_we_do_not_ship_is_refused_beside_those_that_we_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert set(case_names()) == {"ecommerce", "manufacturing", "saas", "service"}
    refused = Terminal("en")("demo", "there", "--plan", "bakery")
    assert refused.status == 2 and "ecommerce" in refused.err and not Path("there").exists()
