"""Data from files, addresses and databases is taken in wholly or not at all, and every import is recorded."""

from __future__ import annotations

import datetime as dt
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import psycopg
import pytest
import sqlalchemy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from targetcal_xl.actions import follow_file, recalibrate, verify
from targetcal_xl.actions.import_data import import_data, take_in_due
from targetcal_xl.actions.import_told import ImportReport
from targetcal_xl.actions.import_wanted import ImportWish
from targetcal_xl.actions.watching import MissedReport
from targetcal_xl.calibration import StatedSource
from targetcal_xl.connect import DataSource, open_source, read_actuals
from targetcal_xl.connect.sources import waiting
from targetcal_xl.desk import RESULTS, imported_results, imports
from targetcal_xl.problems import DataProblems, Refused, TargetcalError
from targetcal_xl.telling import WRONG, Sentence
from tests.support import desks
from tests.support.desks import Case, confirmed, fresh
from tests.support.postgres import PASSWORD, Server, postgres
from tests.support.serving import Quiet, serving

__all__ = ["postgres"]

_ROWS = [(dt.date(2025, 1, day), line, value) for day, line, value in (
    (6, "R1-1", 3), (6, "R1-2", 2), (7, "R1-1", 4), (8, "R2-1", 9), (9, "R1-2", -1), (20, "R2-1", 7),
)]  # fmt: skip


def _csv(path: Path, rows: Any = _ROWS, titles: str = "date,line,value") -> str:
    path.write_text("\n".join([titles, *(",".join(map(str, row)) for row in rows)]) + "\n", "utf-8")
    return str(path)


def _take(case: Case, actuals: str = "", query: str = "", called: tuple[str, ...] = (), **other: str) -> Any:
    report = case.run(import_data, ImportWish(actuals, query=query, called=called, **other))
    assert isinstance(report, ImportReport)
    return report.taken[0]


def _codes(act: Callable[[], object], case: Case) -> set[str]:
    """What was told; nothing may have been recorded."""
    before = len(case.entries())
    with pytest.raises((DataProblems, Refused)) as caught:
        act()
    assert len(case.entries()) == before
    found: TargetcalError = caught.value
    assert all(problem.sentence(language) for problem in found.problems for language in ("en", "zh-CN"))
    return {problem.code for problem in found.problems}


def test_results_are_followed_that_were_imported_and_later_ones_hold(tmp_path: Path) -> None:
    case = confirmed(tmp_path)
    assert _codes(lambda: case.run(follow_file, None), case) == {"nothing_imported"}
    first = _take(case, _csv(tmp_path / "first.csv"))
    assert (first.rows, first.added, first.changed) == (6, 6, 0)
    restated = [(dt.date(2025, 1, 6), "R1-1", 30), (dt.date(2025, 1, 7), "R1-2", 1), _ROWS[3]]
    second = _take(case, _csv(tmp_path / "second.csv", restated))
    assert (second.rows, second.added, second.changed) == (3, 1, 1)
    assert case.run(follow_file, None).actual_total == 30 + 2 + 4 + 9 - 1 + 7 + 1
    again = _take(case, str(tmp_path / "second.csv"))
    assert (again.added, again.changed) == (0, 0)
    assert len(case.entries("import")) == 3 and case.run(verify).verified


def test_results_move_no_suggestion_so_none_is_explained_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, post = fresh(tmp_path), import_module("targetcal_xl.desk.post")
    counted = Mock(wraps=post.content)
    monkeypatch.setattr(post, "content", counted)
    _take(case, _csv(tmp_path / "first.csv"))
    _take(case, history=_csv(tmp_path / "past.csv", [("R1-1", "2024Q4", 77)], "line,period,value"))
    assert [said.args[-1] for said in counted.call_args_list] == [False, True]
    amounts = import_module("targetcal_xl.connect.amounts")
    amounts._names.cache_clear()
    _take(case, _csv(tmp_path / "first.csv"))
    assert amounts._names.cache_info().currsize == 0, "names of currencies are loaded where one is named"


_PLACES = [(day, line) for day in range(6, 14) for line in ("R1-1", "R1-2", "R2-1")]


@given(st.lists(st.lists(st.tuples(st.sampled_from(_PLACES), st.integers(-9, 99)), min_size=1, max_size=6,
                         unique_by=lambda one: one[0]), min_size=1, max_size=4))  # fmt: skip
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_series_of_imports_comes_to_what_one_file_of_the_last_words_says(
    tmp_path_factory: pytest.TempPathFactory, series: list[list[tuple[tuple[int, str], int]]]
) -> None:
    case = fresh(tmp_path_factory.mktemp("plan"))
    last: dict[tuple[int, str], int] = {}
    for said in series:
        _take(case, _csv(case.folder / "part.csv", [(dt.date(2025, 1, d), at, v) for (d, at), v in said]))
        last |= dict(said)
    whole = _csv(case.folder / "whole.csv", [(dt.date(2025, 1, d), at, v) for (d, at), v in last.items()])
    with case.desk() as desk:
        found = imported_results(desk.ledger, case.inputs.plan)
    expected = read_actuals(Path(whole), case.inputs.plan)
    assert found is not None and found.dates == expected.dates
    assert np.array_equal(found.value, expected.value, equal_nan=True)


def test_columns_may_be_called_otherwise_and_a_source_is_asked_again(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    path = Path(_csv(tmp_path / "crm.csv", _ROWS[:2], "booked on,area,amount"))
    called = ("date=booked on", "line=area", "value=Amount")
    assert _codes(lambda: _take(case, str(path)), case) == {"csv_missing_column"}
    assert _codes(lambda: _take(case, str(path), called=("value",)), case) == {"import_called"}
    assert _codes(lambda: _take(case), case) == {"import_what"}
    assert _codes(lambda: _take(case, str(path), history=str(path)), case) == {"import_what"}
    assert _take(case, str(path), called=called).added == 2
    _csv(path, _ROWS[:4], "booked on,area,amount")
    assert _take(case).added == 2, "the source, and what its columns are called, are kept"


def test_a_long_import_tells_how_far_it_has_come_and_what_nobody_gave_takes_no_room(tmp_path: Path) -> None:
    case, heard = fresh(tmp_path), list[tuple[str, int, int]]()
    with case.desk() as desk:
        listened = replace(desk, progress=lambda *said: heard.append(said))
        import_data(listened, ImportWish(_csv(tmp_path / "first.csv")))
        (record,) = imports(desk.ledger, RESULTS)
        found = imported_results(desk.ledger, case.inputs.plan)
    assert heard == [("import", step, 2) for step in range(3)]
    assert [len(part) for part in (record.value, record.leads, record.capacity, record.volume)] == [
        6,
        1,
        1,
        1,
    ]
    assert found is not None and np.isfinite(found.value).sum() == 6 and np.isnan(found.leads).all()


def test_what_columns_are_called_is_remembered_until_somebody_says_otherwise(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    first = _csv(tmp_path / "crm.csv", _ROWS[:2], "booked on,area,amount")
    said = ("date=booked on", "line=area", "value=amount")
    assert _take(case, first, called=said).remembered == {}
    second = _csv(tmp_path / "later.csv", _ROWS[2:4], "booked on,area,amount")
    one = _take(case, second)
    assert (one.added, one.remembered) == (2, {"date": "booked on", "line": "area", "value": "amount"})
    told = [part.said for part in one.tell("en") if isinstance(part, Sentence)]
    assert any("date=booked on, line=area, value=amount" in each for each in told)
    net = _csv(tmp_path / "net.csv", [(*row, 50) for row in _ROWS[4:5]], "booked on,area,amount,net")
    one = _take(case, net, called=("value=net",))
    assert (one.added, one.total) == (1, "50")
    assert one.remembered == {"date": "booked on", "line": "area"}
    assert _take(case, first).remembered["value"] == "amount", "what was said of this source comes first"


def test_a_source_without_the_remembered_titles_is_read_as_ever(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    first = _csv(tmp_path / "crm.csv", _ROWS[:2], "booked on,area,amount")
    _take(case, first, called=("date=booked on", "line=area", "value=amount"))
    usual = _take(case, _csv(tmp_path / "usual.csv", _ROWS[2:4]))
    assert (usual.added, usual.remembered) == (2, {})
    half = _take(case, _csv(tmp_path / "half.csv", _ROWS[4:5], "date,line,amount"))
    assert (half.added, half.remembered) == (1, {"value": "amount"})
    none = _csv(tmp_path / "none.csv", _ROWS[5:], "date,line,sum")
    assert _codes(lambda: _take(case, none), case) == {"csv_missing_column"}
    past = _csv(tmp_path / "past.csv", [("R1-1", "2024Q4", 77)], "line,period,value")
    assert _take(case, history=past).remembered == {}, "another kind is another table"


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_taken_in(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    wrong = [("2025-01-06", "R1-1", "3 EUR"), ("2025-13-01", "R1-1", 3), ("2025-06-01", "R1-1", 3)]
    wrong += [("2025-01-07", "R9", 3), ("2025-01-08", "R1-2", 1), ("2025-01-08", "R1-2", 2)]
    codes = {"csv_not_a_number", "csv_not_a_date", "csv_date_outside", "csv_duplicate"}
    path = _csv(tmp_path / "wrong.csv", [*wrong, *(("x", "y", "z") for _ in range(500))])
    found = _codes(lambda: _take(case, path), case)
    assert codes <= found and {code for code in found if code.startswith("csv_unknown_code")}
    assert _codes(lambda: _take(case, str(tmp_path / "none.csv")), case) == {"file_missing"}


def test_results_of_one_currency_are_taken_in_and_of_two_are_not(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    mixed = [("2025-01-06", "R1-1", "$3"), ("2025-01-07", "R1-1", "€4")]
    assert _codes(lambda: _take(case, _csv(tmp_path / "two.csv", mixed)), case) == {"csv_currencies"}
    one = _take(
        case, _csv(tmp_path / "one.csv", [("2025-01-06", "R1-1", "$3"), ("2025-01-07", "R1-1", "$4")])
    )
    assert (one.added, one.total) == (2, "7")


def test_what_a_file_comes_to_is_told_whether_it_is_known_or_not(tmp_path: Path) -> None:
    case, path = fresh(tmp_path), tmp_path / "results.csv"
    known, new = ("2025-01-06", "R1-1", 3), ("2025-01-07", "R1-1", 4)
    told = [_take(case, _csv(path, rows)) for rows in ([known], [known, new], [known, new])]
    assert [(one.added, one.total) for one in told] == [(1, "3"), (1, "7"), (0, "7")]


def test_history_and_readings_go_into_finances_cells_and_recalibrate_takes_them(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    past = [("R1-1", "2024Q4", 77), ("R1-2", "2024Q4", case.inputs.history.values[1, -1])]
    one = _take(case, history=_csv(tmp_path / "h.csv", past, "line,period,value"))
    assert (one.rows, one.added, one.changed) == (2, 0, 1)
    read = [("R1-1", "heads", 40, 50)]
    other = _take(case, drivers=_csv(tmp_path / "d.csv", read, "line,indicator,reference,now"))
    assert (other.rows, other.changed) == (2, 2)
    assert len(case.run(recalibrate, "restated").changes) == 3
    far, part = [("R1-1", "2019Q4", 77)], [("R1-1", "2024Q4", 77, 5)]
    bad = _csv(tmp_path / "far.csv", far, "line,period,value")
    assert _codes(lambda: _take(case, history=bad), case) == {"import_period"}
    bad = _csv(tmp_path / "part.csv", part, "line,period,value,one_off")
    assert _codes(lambda: _take(case, history=bad), case) == {"import_one_off"}


def test_cells_get_other_values_also_where_their_counts_and_sum_are_as_before(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    for first, second in ((50, 60), (40, 70), (30, 80)):
        rows = [("R1-1", "2024Q4", first), ("R1-2", "2024Q4", second)]
        _take(case, history=_csv(tmp_path / "h.csv", rows, "line,period,value"))
    assert {first, second} <= {cell.value for cell in case.reading().typed.values()}


_RECORDS = [{"date": str(day), "line": line, "value": value} for day, line, value in _ROWS]
_ANSWERS: dict[str, tuple[int, str, bytes]] = {
    "list": (200, "application/json", json.dumps(_RECORDS).encode()),
    "envelope": (200, "application/json", json.dumps({"ok": True, "data": _RECORDS, "next": None}).encode()),
    "csv": (200, "text/csv", "日期,行,数值\n2025-01-06,R1-1,3\n".encode("gb18030")),
    "broken": (500, "text/plain", b"oops"),
    "moved": (302, "text/plain", b""),
    "page": (200, "application/json", b"<html>Sign in</html>"),
    "cut": (200, "application/json", json.dumps(_RECORDS).encode()[:-9]),
    "two": (200, "application/json", json.dumps({"a": _RECORDS, "b": _RECORDS}).encode()),
    "nested": (200, "application/json", json.dumps([{"date": {"day": 1}}]).encode()),
    "number": (200, "application/json", b'{"value": 3}'),
}


class _Desk(Quiet):
    """Answers what its path names; one of them says that more will come than does."""

    asked_with: list[str | None]

    def do_GET(self) -> None:
        """Answer."""
        name = self.path.strip("/")
        if name == "short":
            self.send_response(200)
            self.send_header("Content-Length", "5000")
            self.end_headers()
            self.wfile.write(_ANSWERS["list"][2])
            return
        if name == "drips":
            self.send_response(200)
            self.end_headers()
            while self._drips():
                time.sleep(0.02)
            return
        self.answer(*_ANSWERS[name])

    def _drips(self) -> bool:
        """Whether whoever asked still takes what comes."""
        try:
            return bool(self.wfile.write(b" "))
        except OSError:
            return False


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    with serving(_Desk) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(("name", "rows"), [("list", 6), ("envelope", 6), ("csv", 1)])
def test_an_address_answers_json_or_csv(name: str, rows: int, web: str, tmp_path: Path) -> None:
    case = fresh(tmp_path)
    assert _take(case, f"{web}/{name}").added == rows


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("broken", "source_status"),
        ("moved", "source_status"),
        ("page", "source_page"),
        ("cut", "source_json"),
        ("short", "source_failed"),
        ("two", "source_shape"),
        ("nested", "source_shape"),
        ("number", "source_shape"),
    ],
)
def test_a_server_that_lies_is_told_of_and_nothing_is_taken_in(
    name: str, code: str, web: str, tmp_path: Path
) -> None:
    case = fresh(tmp_path)
    assert _codes(lambda: _take(case, f"{web}/{name}"), case) == {code}


def test_secrets_go_nowhere_unsafe_and_are_never_recorded(
    web: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = fresh(tmp_path)
    with_password = "https://me:secret@example.com/x"
    assert _codes(lambda: _take(case, with_password), case) == {"source_password"}
    assert _codes(lambda: _take(case, "http://127.0.0.1:1/x"), case) == {"source_failed"}
    monkeypatch.setenv("TARGETCAL_SOURCE_SECRET", "a token")
    assert _codes(lambda: _take(case, f"{web}/list"), case) == {"source_unsafe"}


def test_a_real_database_is_asked_with_a_password_that_is_not_in_its_address(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, url = fresh(tmp_path), postgres.database("imports")
    monkeypatch.setenv("TARGETCAL_SOURCE_SECRET", PASSWORD)
    made = sqlalchemy.make_url(url).set(drivername="postgresql+psycopg", password=PASSWORD)
    engine = sqlalchemy.create_engine(made)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("create table sales (day date, area text, amount numeric)"))
        rows = [{"day": day, "area": line, "amount": value} for day, line, value in _ROWS]
        connection.execute(sqlalchemy.text("insert into sales values (:day, :area, :amount)"), rows)
    engine.dispose()
    query = "select day as date, area as line, sum(amount) as value from sales group by 1, 2"
    assert _take(case, url, query).added == 6
    assert PASSWORD not in str([entry.new for entry in case.entries("import")])
    assert _codes(lambda: _take(case, url), case) == {"source_query"}
    dies = "select date '2025-01-06' + n as date, 'R1-1' as line, 1 / (40 - n) as value"
    half_way = f"{dies} from generate_series(1, 100) n"
    assert _codes(lambda: _take(case, url, half_way), case) == {"source_failed"}
    assert _codes(lambda: _take(case, url, "delete from nowhere"), case) == {"source_failed"}
    assert _codes(lambda: _take(case, "nosuch://x/y", "select 1"), case) == {"source_address"}
    assert _take(case).changed == 0, "asked again, and nothing was written there"


def test_a_database_in_a_file_is_asked_too(tmp_path: Path) -> None:
    case, url = fresh(tmp_path), f"sqlite:///{tmp_path / 'crm.db'}"
    query = "select '2025-01-06' as date, 'R1-1' as line, 3 as value"
    assert _take(case, url, query).added == 1


def _stating(folder: Path, *sources: StatedSource) -> Case:
    """A new plan, which says itself where its results come from."""
    case = desks.Case(folder, desks.case_inputs())
    case = replace(case, inputs=replace(case.inputs, plan=replace(case.inputs.plan, sources=sources)))
    next(desks.play(case))
    return case


def _known(case: Case) -> float:
    """What all results come to that were imported."""
    with case.desk() as desk:
        found = imported_results(desk.ledger, case.inputs.plan)
    assert found is not None
    return float(np.nansum(found.value))


def test_a_plan_that_states_its_sources_has_them_taken_in_when_they_are_due(tmp_path: Path) -> None:
    first = StatedSource("actuals", "crm-<period>.csv", map=("date=booked on", "value=amount"))
    second = StatedSource("actuals", "late.csv", when="always")
    case, day = _stating(tmp_path, first, second), dt.date(2025, 1, 6)
    _csv(tmp_path / "crm-2025Q1.csv", [(day, "R1-1", 3), (day, "R1-2", 2)], "booked on,line,amount")
    _csv(tmp_path / "late.csv", [(day, "R1-1", 5)])
    report = case.run(import_data, ImportWish())
    assert [(one.added, one.changed) for one in report.taken] == [(2, 0), (0, 1)]
    assert _known(case) == 5 + 2, "the later source holds"
    again = case.run(import_data, ImportWish())
    assert [one.source for one in again.taken] == ["late.csv"] and again.waiting == 1
    case.clock.advance(days=1)
    _csv(tmp_path / "crm-2025Q1.csv", [(day, "R1-1", 4)], "booked on,line,amount")
    assert [one.source for one in case.run(import_data, ImportWish()).taken] == ["crm-2025Q1.csv", "late.csv"]
    assert _known(case) == 5 + 2, "what it says again holds again"
    assert case.run(verify).verified


def test_sources_that_fail_hold_up_no_other_and_are_told_of_each_and_asked_again(
    web: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "_LONGEST", 0.4)
    nobody = "http://127.0.0.1:1/crm"
    addresses = [nobody, "none.csv", f"{web}/broken", f"{web}/list", f"{web}/drips", "wrong.csv", "late.csv"]
    stated = [StatedSource("actuals", each) for each in addresses]
    asked = StatedSource("actuals", f"sqlite:///{tmp_path / 'no' / 'crm.db'}", "select 1")
    past = StatedSource("history", "past.csv", when="monthly")
    case = _stating(tmp_path, *stated, asked, past)
    _csv(tmp_path / "wrong.csv", [("2025-01-06", "R9", 1), ("never", "R1-1", 1)])
    _csv(tmp_path / "late.csv", [(dt.date(2025, 1, 6), "R1-1", 5)])
    _csv(tmp_path / "past.csv", [("R1-1", "2024Q4", 77)], "line,period,value")
    report = case.run(import_data, ImportWish())
    assert [one.source for one in report.taken] == ["127.0.0.1/list", "late.csv", "past.csv"]
    assert [[problem.code for problem in one.problems] for one in report.missed] == [
        ["source_failed"],
        ["file_missing"],
        ["source_status"],
        ["source_slow"],
        ["csv_not_a_date", "csv_unknown_code"],
        ["source_failed"],
    ]
    assert report.leaves_work and len(case.entries("import")) == 3
    assert _known(case) == sum(value for _, _, value in _ROWS) + 2 and report.taken[-1].changed == 1
    for language in ("en", "zh-CN"):
        told = [part for part in report.tell(language) if isinstance(part, Sentence)]
        named = [part.about for part in told if part.mark == WRONG and part.about]
        assert named == [one.source for one in report.missed], language
    again = case.run(import_data, ImportWish())
    assert [one.source for one in again.missed] == [one.source for one in report.missed]
    assert not again.taken and again.waiting == 3


def test_databases_that_never_answer_are_given_up_and_told_to_stop(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TARGETCAL_SOURCE_SECRET", PASSWORD)
    monkeypatch.setattr(waiting, "_LONGEST", 0.4)
    monkeypatch.setattr(waiting, "_FAREWELL", 0.4)
    url = postgres.database("endless")
    counting = "with recursive n(i) as (select 1 union all select i + 1 from n) select max(i) from n"
    drips = "select date '2025-01-06' as date, 'R1-1' as line, pg_sleep(0.01)::text as value"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endless = [
            StatedSource("actuals", url, "select pg_sleep(600)"),
            StatedSource("actuals", url, f"{drips} from generate_series(1, 60000)"),
            StatedSource("actuals", f"sqlite:///{tmp_path / 'crm.db'}", counting),
            StatedSource("actuals", f"postgresql://127.0.0.1:{silent.getsockname()[1]}/crm", "select 1"),
        ]
        case = _stating(tmp_path, *endless, StatedSource("actuals", "good.csv"))
        _csv(tmp_path / "good.csv")
        report = case.run(import_data, ImportWish())
    assert [[problem.code for problem in one.problems] for one in report.missed] == [["source_slow"]] * 4
    assert [one.added for one in report.taken] == [len(_ROWS)]
    others = "select count(*) from pg_stat_activity where datname = 'endless' and pid <> pg_backend_pid()"
    with psycopg.connect(url, password=PASSWORD) as server:
        assert server.execute(others).fetchone() == (0,), "nobody works there on what nobody waits for"
    for thread in threading.enumerate():
        if thread is not threading.main_thread() and thread.name == waiting.ASKING:
            thread.join(5)
            assert not thread.is_alive()


@pytest.mark.parametrize(
    ("scheme", "begins"),
    [("http", b"HTTP/1.1 200 OK\r\nX-Long: "), ("https", b"\x16\x03\x03\x40\x00\x02")],
)
def test_a_server_that_drips_before_it_answers_is_given_up_as_soon_as_any(
    scheme: str, begins: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its headers never end, or its part of the handshake: each byte would be waited for anew."""
    monkeypatch.setattr(waiting, "_LONGEST", 0.2)
    given_up = threading.Event()

    def drip(line: socket.socket) -> None:
        with line, suppress(OSError):
            line.sendall(begins)
            while not given_up.wait(0.02):
                line.sendall(b"a")
        given_up.set()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=lambda: drip(server.accept()[0]), daemon=True).start()
        said = DataSource(f"{scheme}://127.0.0.1:{server.getsockname()[1]}/crm")
        with pytest.raises(DataProblems) as caught:
            open_source(said, lambda _: "")
    assert [problem.code for problem in caught.value.problems] == ["source_slow"]
    assert given_up.wait(5), "and it is hung up on"
    assert not [one for one in threading.enumerate() if one.name == waiting.ASKING]


def test_a_source_that_comes_late_does_not_hold_over_those_stated_after_it(tmp_path: Path) -> None:
    first, second = (StatedSource("actuals", f"{name}.csv", when="weekly") for name in ("first", "second"))
    case, day = _stating(tmp_path, first, second), dt.date(2025, 1, 6)
    _csv(tmp_path / "second.csv", [(day, "R1-1", 5)])
    assert [one.source for one in case.run(import_data, ImportWish()).taken] == ["second.csv"]
    _csv(tmp_path / "first.csv", [(day, "R1-1", 3), (day, "R1-2", 2)])
    (tmp_path / "second.csv").rename(tmp_path / "away.csv")
    both = case.run(import_data, ImportWish())
    assert ([one.source for one in both.taken], [one.source for one in both.missed]) == (
        ["first.csv"],
        ["second.csv"],
    )
    (tmp_path / "away.csv").rename(tmp_path / "second.csv")
    assert [one.source for one in case.run(import_data, ImportWish()).taken] == ["second.csv"]
    assert _known(case) == 5 + 2
    assert case.run(import_data, ImportWish()).waiting == 2, "each has had its turn, in their order"


def test_sources_that_contradict_each_other_are_recorded_once_however_often_they_are_asked(
    tmp_path: Path,
) -> None:
    stated = [StatedSource("actuals", f"{name}.csv", when="always") for name in ("first", "second")]
    case, day = _stating(tmp_path, *stated), dt.date(2025, 1, 6)
    _csv(tmp_path / "first.csv", [(day, "R1-1", 3)])
    _csv(tmp_path / "second.csv", [(day, "R1-1", 5)])
    for _ in range(2):
        case.run(import_data, ImportWish())
    before = case.entries("import")
    case.run(import_data, ImportWish())
    assert case.entries("import") == before and _known(case) == 5, "who watches the book would go round"
    _csv(tmp_path / "second.csv", [(day, "R1-2", 5)])
    case.run(import_data, ImportWish())
    assert _known(case) == 3 + 5


def test_sources_of_before_that_fail_hold_up_no_other_either(tmp_path: Path) -> None:
    case = fresh(tmp_path)
    results, past = _csv(tmp_path / "crm.csv", _ROWS[:2]), [("R1-1", "2024Q4", 77)]
    _take(case, results)
    _take(case, history=_csv(tmp_path / "past.csv", past, "line,period,value"))
    Path(results).unlink()
    report = case.run(import_data, ImportWish())
    assert ([one.source for one in report.taken], [one.source for one in report.missed]) == (
        ["past.csv"],
        ["crm.csv"],
    )
    assert _codes(lambda: _take(case, results), case) == {"file_missing"}, "a source that is named is refused"


def test_who_follows_is_told_of_a_source_that_fails_until_it_answers(tmp_path: Path) -> None:
    case, told = _stating(tmp_path, StatedSource("actuals", "crm.csv")), list[Any]()
    case.run(take_in_due, told.append)
    assert [problem.code for one in told[-1].missed for problem in one.problems] == ["file_missing"]
    _csv(tmp_path / "crm.csv")
    case.run(take_in_due, told.append)
    assert told[-1].taken[0].added == len(_ROWS)
    case.run(take_in_due, told.append)
    assert len(told) == 2, "what was taken in today is left alone until tomorrow"
    (tmp_path / case.book).rename(tmp_path / "away.xlsx")
    case.run(take_in_due, told.append)
    assert isinstance(told[-1], MissedReport) and told[-1].problems[0].code == "book_missing"
