"""A plan is set up by questions, by the form or as a copy; nothing that was typed or was there is lost."""

from __future__ import annotations

import datetime as dt
import errno
import io
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from targetcal_xl.actions import new
from targetcal_xl.actions.init import InitReport, PlanWish, init
from targetcal_xl.connect import plan_template, read_plan
from targetcal_xl.desk import open_desk, room
from targetcal_xl.language import LANGUAGES
from targetcal_xl.problems import DataProblems, Problem, Refused
from targetcal_xl.telling import Report
from tests.support.books import parts_of
from tests.support.commands import Terminal, files_of
from tests.support.mortal import crashes

_NOW = dt.datetime(2024, 12, 20, 9, 30, tzinfo=dt.UTC)
_ANSWERS = (
    *("Acme", "", "New customers", "First payment within the quarter", "customers", "", "", "", "300", ""),
    *("East", "Ann", "ann@x.example", "Bob", "bob@x.example", "Cy", ""),
    *("West", "Dan", "", "", "", "Eve", "", ""),
    *("A, B", "C"),
    *("", "70 80 95 90 75", "60 - 65 66 61", "100 120 130 125 110"),
    *("Leads", "0.4", "", "100 120", "", "90 80", ""),
)
"""Two regions under one superior, three lines, five quarters and a driver; what is empty is as proposed."""


class _Person:
    """Answers one question after the other, and remembers them."""

    def __init__(self, answers: Sequence[str]) -> None:
        self._answers = iter(answers)
        self.asked: list[str] = []

    def __call__(self, question: str, default: str) -> str:
        self.asked.append(question)
        return next(self._answers) or default


def _nobody(question: str, default: str) -> str:
    raise AssertionError(f"{question} [{default}]")


def _init(
    folder: Path | None,
    form: Path | None = None,
    source: str = "",
    *,
    replace: bool = False,
    answers: Sequence[str] | None = None,
    language: str = "en",
) -> Report:
    ask = _nobody if answers is None else _Person(answers)
    return init(PlanWish(folder, form, source, replace), language, _NOW, ask)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plan_that_was_told_by_answers_begins_a_book(language: str, tmp_path: Path) -> None:
    report = _init(tmp_path / "plan", answers=_ANSWERS, language=language)
    assert isinstance(report, InitReport) and (report.regions, report.lines, report.periods) == (2, 3, 5)
    inputs = read_plan(tmp_path / "plan")
    plan = inputs.plan
    assert (plan.company, str(plan.period), plan.hq_target, plan.metric.step) == ("Acme", "2025Q1", 300, 1)
    assert [line.region for line in plan.lines] == ["R1", "R1", "R2"]
    assert plan.calendar and plan.calendar.country == {"en": "GB", "zh-CN": "CN"}[language], (
        "as is proposed, and not as silence"
    )
    assert {region.superior.mail for region in plan.regions} == {"bob@x.example"}
    assert inputs.history.values[1].tolist()[2:] == [65, 66, 61] and inputs.history.values[0, 0] == 70
    assert inputs.readings.now[:, 0].tolist()[::2] == [120, 80]
    with open_desk(tmp_path / "t.xlsx", actor="Lin", clock=lambda: _NOW, source="test", create=True) as desk:
        assert new(desk, inputs, language).lines == 3


def test_a_history_may_come_from_a_file_and_lines_weigh_where_they_do_not_add_up(tmp_path: Path) -> None:
    rows = "".join(f"{name},2024Q{n},{20 + n}\n" for name in "ABC" for n in range(1, 5))
    (tmp_path / "past.csv").write_text(f"line,period,value\n{rows}", "utf-8")
    asked = ("Acme", "", "Days", "From order to delivery", "days", "Mean", "lower", "0.5", "21", "US")
    people = ("East", "Ann", "", "Bob", "", "Cy", "", "")
    answers = (*asked, *people, "A, B, C", "400", "1,200", "many", "80", "nowhere.csv")
    _init(tmp_path / "plan", answers=(*answers, str(tmp_path / "past.csv"), ""))
    inputs = read_plan(tmp_path / "plan")
    assert (inputs.plan.metric.kind, inputs.plan.metric.direction) == ("mean", -1)
    assert inputs.plan.calendar and inputs.plan.calendar.country == "US"
    assert inputs.plan.volumes == (400, 1200, 80) and inputs.history.values.shape == (3, 4)


def test_an_answer_that_cannot_be_taken_is_asked_for_again_with_what_was_wrong(tmp_path: Path) -> None:
    person = _Person(["", "Acme", "someday", *_ANSWERS[1:]])
    init(PlanWish(tmp_path / "plan", None, ""), "en", _NOW, person)
    again = [one for one in person.asked if "\n" in one]
    assert (len(again) == 2 and again[0].startswith("The cell is empty")) or again[0].startswith("Write")
    assert "“someday” is not a period" in again[1] and again[1].endswith(person.asked[2])


def test_answers_that_do_not_fit_together_are_kept_in_a_form_to_be_put_right(tmp_path: Path) -> None:
    wrong = tuple("Ann" if said == "Bob" else said for said in _ANSWERS)
    with pytest.raises(DataProblems) as caught:
        _init(tmp_path / "plan", answers=wrong)
    told = {problem.code: problem.where for problem in caught.value.problems}
    form = tmp_path / "plan.xlsx"
    assert told == {"plan_same_person": "plan.xlsx, Regions!A5 (Region)", "init_kept": str(form)}
    assert not (tmp_path / "plan").exists()
    book = openpyxl.load_workbook(form)
    book["Regions"]["E5"] = "Bob"
    book.save(form)
    _init(tmp_path / "plan", form)
    assert read_plan(tmp_path / "plan").plan.regions[0].superior.name == "Bob"


def test_a_plan_that_is_there_is_only_replaced_when_asked_and_is_kept(tmp_path: Path) -> None:
    folder, form = tmp_path / "plan", tmp_path / "form.xlsx"
    _init(folder, source="saas")
    before = {name: (folder / name).read_bytes() for name in ("plan.toml", "history.csv", "drivers.csv")}
    assert before == {name: plan_template("saas").joinpath(name).read_bytes() for name in before}
    _init(None, form, source=str(folder), language="zh-CN")
    for way in ((folder, form, ""), (folder, None, "saas-en"), (folder, None, "")):
        with pytest.raises(Refused) as caught:
            _init(*way)
        assert [problem.code for problem in caught.value.problems] == ["plan_there"]
    report = _init(folder, form, replace=True)
    assert isinstance(report, InitReport)
    kept = [(folder / name).read_bytes() for name in report.kept]
    assert sorted(kept) == sorted(before.values())
    assert read_plan(folder).plan == read_plan(plan_template("saas")).plan


@pytest.mark.parametrize(
    ("way", "code"),
    [
        ((None, None, ""), "init_what"),
        ((None, None, "saas"), "init_what"),
        (("plan", "form.xlsx", "saas"), "init_what"),
        ((None, "form.csv", ""), "form_suffix"),
        ((None, "taken.xlsx", ""), "form_there"),
        (("taken", None, ""), "form_there"),
        (("plan", "form.xlsx", ""), "file_missing"),
        (("plan", None, "nowhere"), "plan_template_unknown"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    way: tuple[str | None, str | None, str], code: str, tmp_path: Path
) -> None:
    (tmp_path / "taken.xlsx").write_bytes(b"somebody's")
    folder, form, source = way
    with pytest.raises(Refused) as caught:
        _init(tmp_path / folder if folder else None, tmp_path / form if form else None, source)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert files_of(tmp_path) == {"taken.xlsx": b"somebody's"} and not (tmp_path / "plan").exists()


def test_a_form_no_book_can_be_made_of_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    form = tmp_path / "form.xlsx"
    _init(None, form, source="saas-en")
    book = openpyxl.load_workbook(form)
    book["Plan"]["B9"] = 1e12
    book.save(form)
    with pytest.raises(DataProblems):
        _init(tmp_path / "plan", form)
    assert not (tmp_path / "plan").exists()


def test_a_form_that_no_workbook_has_room_for_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_MOST_CELLS", 1000)
    form = tmp_path / "form.xlsx"
    _init(None, form, source="saas-en")
    with pytest.raises(DataProblems) as refusal:
        _init(tmp_path / "plan", form)
    assert [one.code for one in refusal.value.problems] == ["plan_too_large"]
    assert not (tmp_path / "plan").exists()


def test_on_a_console_questions_go_to_standard_error_and_answers_that_end_write_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(_ANSWERS) + "\n"))
    said = Terminal("en")("init", "plan", "--lang", "en", "--json")
    assert said.status == 0 and said.json["lines"] == 3
    assert said.err.count("\n") == len(_ANSWERS) and "Unit – What it is counted in" in said.err
    monkeypatch.setattr(sys, "stdin", io.StringIO("Acme\n"))
    ended = Terminal("en")("init", "other", "--lang", "en")
    assert (ended.status, ended.out) == (2, "") and "other.xlsx: The questions were broken off" in ended.err
    assert not (tmp_path / "other").exists() and "Acme" in _texts(tmp_path / "other.xlsx")
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    silent = Terminal("en")("init", "third", "--lang", "en")
    assert silent.status == 2 and "no plan was written" in silent.err
    assert not (tmp_path / "third.xlsx").exists()


def _texts(form: Path) -> str:
    return parts_of(form)["xl/sharedStrings.xml"].decode()


class _Leaver(_Person):
    """Breaks off when the answers are at their end."""

    def __call__(self, question: str, default: str) -> str:
        try:
            return super().__call__(question, default)
        except StopIteration:
            raise KeyboardInterrupt from None


def test_whoever_breaks_off_finds_every_answer_in_the_form(tmp_path: Path) -> None:
    answers = [said.replace("70 80 95 90 75", "71 82 93 94 75") for said in _ANSWERS]
    for count in range(1, len(answers) - 1):
        wish = PlanWish(tmp_path / f"plan{count}", None, "")
        with pytest.raises(Refused) as found:
            init(wish, "en", _NOW, _Leaver(answers[:count]))
        assert [problem.code for problem in found.value.problems] == ["init_broken_off"]
        form = tmp_path / f"plan{count}.xlsx"
        told = {word for said in answers[:count] for word in re.findall(r"[A-Za-z@.]{3,}", said)}
        assert {word for word in told if word not in _texts(form)} == set()
        assert not (tmp_path / f"plan{count}").exists()
    history = openpyxl.load_workbook(tmp_path / f"plan{count}.xlsx")["History"]
    assert {71, 82, 93, 94} <= {cell for row in history.values for cell in row}


def test_whoever_is_refused_is_told_why_and_where_every_answer_is(tmp_path: Path) -> None:
    answers = iter(_ANSWERS[:2])

    def ask(question: str, default: str) -> str:
        for said in answers:
            return said
        raise Refused([Problem("init_unanswered")])

    with pytest.raises(Refused) as found:
        init(PlanWish(tmp_path / "plan", None, ""), "en", _NOW, ask)
    assert [problem.code for problem in found.value.problems] == ["init_unanswered", "init_broken_off"]


def test_a_history_that_cannot_be_read_is_asked_for_again_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, open_ = tmp_path / "past.csv", Path.open

    def locked(one: Path, *how: Any, **options: Any) -> Any:
        if one.name == path.name:
            raise PermissionError(errno.EACCES, "Permission denied")
        return open_(one, *how, **options)

    path.write_text("line,period,value\n", "utf-8")
    monkeypatch.setattr(Path, "open", locked)
    at = _ANSWERS.index("A, B") + 2
    person = _Person((*_ANSWERS[:at], str(path), *_ANSWERS[at:]))
    init(PlanWish(tmp_path / "plan", None, ""), "en", _NOW, person)
    again = [one for one in person.asked if "\n" in one]
    assert len(again) == 1 and "Permission denied" in again[0] and again[0].startswith("past.csv")


def _made(folder: Path) -> Iterator[Path]:
    yield from (path for path in folder.rglob("plan.toml"))


def test_killed_at_any_write_it_leaves_a_whole_plan_or_none_and_the_old_one_under_another_name(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    _init(home / "plan", source="saas-en")
    old = read_plan(home / "plan").plan
    found = crashes(home, lambda: _init(home / "plan", source="saas", replace=True))
    for left in found.killed():
        folder = found.lay(left, tmp_path / "dead") / "plan"
        plans = [path.read_bytes() for path in folder.glob("plan*.toml")]
        assert (home / "plan" / "plan.toml").read_bytes() != b"" and plans
        if (folder / "plan.toml").exists():
            assert read_plan(folder).plan in (old, read_plan(plan_template("saas")).plan)
    assert len(found.killed()) > 8
