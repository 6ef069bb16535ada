"""A new plan learns the rhythm of its days from wherever past results are, or is not begun."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from numpy.testing import assert_array_equal

from targetcal_xl.actions import open_desk, verify
from targetcal_xl.actions.import_data import import_data
from targetcal_xl.actions.import_wanted import ImportWish
from targetcal_xl.actions.new import NewReport
from targetcal_xl.actions.taught import DaysWish, new_plan
from targetcal_xl.connect import plan_template, read_plan
from targetcal_xl.connect.past_days import read_past_days
from targetcal_xl.desk import DAYS_PAST, imports, standing_of
from targetcal_xl.problems import DataProblems, Refused, TargetcalError
from tests.support.clock import Clock
from tests.support.postgres import PASSWORD, Server, postgres
from tests.support.serving import Quiet, serving

__all__ = ["postgres"]

_PLAN = read_plan(plan_template("saas")).plan
_DAYS = _PLAN.period.shift(-1).days
_ROWS = [(day, line, 5 + day.day % 3) for day in _DAYS for line in ("north", "south")]
_QUERY = "select day as date, area as line, amount as value from sales where day < '<start>'"


def _csv(path: Path, rows: Sequence[tuple[dt.date, str, object]], titles: str = "date,line,value") -> str:
    path.write_text("\n".join([titles, *(",".join(map(str, row)) for row in rows)]) + "\n", "utf-8")
    return str(path)


def _stating(folder: Path, *sources: dict[str, Any]) -> Path:
    """A plan folder, which says itself where its past days are."""
    (made := folder / "plan").mkdir()
    for name in ("plan.toml", "history.csv", "drivers.csv"):
        (made / name).write_bytes(plan_template("saas").joinpath(name).read_bytes())
    said = "".join(
        "\n[[sources]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in one.items())
        for one in sources
    )
    with (made / "plan.toml").open("a", encoding="utf-8") as file:
        file.write(said)
    return made


def _begin(book: Path, folder: Path, wish: DaysWish) -> NewReport:
    with open_desk(book, actor="finance", clock=Clock(), source="test", create=True) as desk:
        return new_plan(desk, folder, "en", wish)


def _codes(book: Path, folder: Path, wish: DaysWish) -> list[str]:
    """What was told; nothing may have been begun."""
    with pytest.raises((DataProblems, Refused)) as caught:
        _begin(book, folder, wish)
    assert not book.exists() and not book.with_name("targets.ledger.sqlite").exists()
    found: TargetcalError = caught.value
    assert all(problem.sentence(language) for problem in found.problems for language in ("en", "zh-CN"))
    return [problem.code for problem in found.problems]


class _Crm(Quiet):
    """Answers with a part of the past days."""

    def do_GET(self) -> None:
        """Answer."""
        rows = [{"date": str(day), "area": line, "value": value} for day, line, value in _ROWS[100:]]
        self.answer(200, "application/json", json.dumps(rows).encode())


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    with serving(_Crm) as port:
        yield f"http://127.0.0.1:{port}/days"


def test_sources_that_a_plan_states_teach_together_what_one_file_would(web: str, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "crm.db") as crm:
        crm.execute("create table sales (day text, area text, amount real)")
        crm.executemany("insert into sales values (?, ?, ?)", [(str(d), *rest) for d, *rest in _ROWS[:99]])
        crm.execute("insert into sales values (?, 'north', 900)", [str(_PLAN.period.start)])
    crm.close()
    _csv(tmp_path / "late.csv", [_ROWS[99], *_ROWS[:2]], "date,line,amount")
    folder = _stating(
        tmp_path,
        {"kind": "days", "address": f"sqlite:///{tmp_path / 'crm.db'}", "query": _QUERY},
        {"kind": "days", "address": web, "map": ["line=area"]},
        {"kind": "days", "address": "late.csv", "map": ["value=amount"]},
    )
    report = _begin(book := tmp_path / "targets.xlsx", folder, DaysWish())
    whole = read_past_days(Path(_csv(tmp_path / "whole.csv", _ROWS)), _PLAN)
    assert whole is not None and report.taught_days == whole.days == len(_DAYS)
    assert "late.csv" in report.taught_by
    with open_desk(book, actor="finance", clock=Clock(), source="test") as desk:
        learned = standing_of(desk.ledger).inputs.rhythm
        assert [one.rows for one in imports(desk.ledger, DAYS_PAST)] == [99, len(_ROWS) - 100, 3]
        assert verify(desk).problems == ()
        with pytest.raises(Refused):
            import_data(desk, ImportWish())
    assert learned is not None
    assert_array_equal(learned.mean, whole.mean)


def test_a_database_that_a_person_names_is_asked_with_its_password(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARGETCAL_SOURCE_SECRET", PASSWORD)
    url = postgres.database("past")
    with psycopg.connect(url, password=PASSWORD) as server:
        server.execute("create table sales (day date, area text, amount numeric)")
        server.cursor().executemany("insert into sales values (%s, %s, %s)", _ROWS)
    folder, query = _stating(tmp_path, {"kind": "days", "address": "nowhere.csv"}), "select * from sales"
    called = ("date=day", "line=area", "value=amount")
    report = _begin(tmp_path / "targets.xlsx", folder, DaysWish(url, query, called))
    assert report.taught_days == len(_DAYS), "what a person names is asked instead of what the plan states"


def test_all_faults_of_all_sources_are_told_with_those_of_the_plan_and_nothing_is_begun(
    tmp_path: Path,
) -> None:
    _csv(tmp_path / "wrong.csv", [(_PLAN.period.start, "north", 3), (_DAYS[0], "north", "many")])
    folder = _stating(
        tmp_path,
        {"kind": "days", "address": "nowhere.csv"},
        {"kind": "days", "address": "http://127.0.0.1:1/days"},
        {"kind": "days", "address": "wrong.csv"},
    )
    (folder / "history.csv").write_text("line,period,value\nnobody,2024Q4,3\n", "utf-8")
    found = _codes(tmp_path / "targets.xlsx", folder, DaysWish())
    wrong = ["file_missing", "source_failed", "csv_day_not_past", "csv_not_a_number"]
    assert found[-4:] == wrong and found[0].startswith("csv_unknown_code")


@pytest.mark.parametrize(
    ("wish", "beside", "codes"),
    [
        (DaysWish("past.csv"), True, ["days_twice"]),
        (DaysWish("empty.csv"), False, ["days_teach_nothing"]),
        (DaysWish("", "select 1"), False, ["days_what"]),
        (DaysWish("past.csv", called=("value",)), False, ["import_called"]),
        (DaysWish("sqlite:///crm.db"), False, ["source_query"]),
    ],
)
def test_days_that_are_named_wrongly_are_refused(
    wish: DaysWish, beside: bool, codes: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = _stating(tmp_path)
    _csv(tmp_path / "past.csv", _ROWS)
    _csv(tmp_path / "empty.csv", [])
    if beside:
        _csv(folder / "days.csv", _ROWS)
    assert _codes(tmp_path / "targets.xlsx", folder, wish) == codes
