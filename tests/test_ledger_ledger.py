"""The ledger on real databases: nothing is lost, nothing half done, and no tampering goes unnoticed."""

from __future__ import annotations

import datetime as dt
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from targetcal_xl.calibration import Value
from targetcal_xl.language import LANGUAGES
from targetcal_xl.ledger import GENESIS, Entry, Event, Ledger, open_ledger, reference
from targetcal_xl.problems import DataProblems, Problem, Refused
from tests.support.commands import files_of
from tests.support.postgres import PASSWORD, Server, postgres
from tests.test_ledger_chain import kept_text, kept_values

__all__ = ["postgres"]

AT = dt.datetime(2025, 1, 6, 9, 30, 0, 123456, tzinfo=dt.timezone(dt.timedelta(hours=8)))

codes = st.text("HDNX0159-", max_size=5)
events_of_any_kind = st.builds(
    Event,
    action=codes,
    region=st.none() | codes,
    row=st.none() | codes,
    field=kept_text,
    old=kept_values,
    new=kept_values,
    reason=kept_text,
)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where a ledger of the test's own may stand, on either database."""
    if request.param == "sqlite":
        return str(tmp_path / "a ledger 台账.sqlite")
    server: Server = request.getfixturevalue("postgres")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    return server.database(uuid.uuid4().hex)


@pytest.fixture
def ledger(place: str) -> Iterator[Ledger]:
    with open_ledger(place, create=True) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A SQLite ledger with two entries and a document."""
    path, content = tmp_path / "ledger.sqlite", b"what a letter is computed from"
    with open_ledger(path, create=True) as ledger:
        put(
            ledger,
            [declared(1), Event("new", None, None, "inputs", None, reference(content), "开始")],
            documents=[content],
        )
    return path


def declared(number: int, new: Value = 220.5) -> Event:
    return Event("lock", "HD", f"L{number}", "declared", None, new, "理由")


def put(ledger: Ledger, events: list[Event], **other: Any) -> tuple[Entry, ...]:
    return ledger.record(events, at=AT, actor="张三", source="cli", **other)


def test_what_was_made_ready_is_recorded_as_it_is_and_never_behind_another_entry(file: Path) -> None:
    with open_ledger(str(file)) as ledger:
        said: dict[str, Any] = {"at": AT, "actor": "张三", "source": "cli"}
        ready, late = (ledger.chained([event], **said) for event in (declared(2), declared(3)))
        assert put(ledger, [declared(2)], ready=ready) == ready.entries
        with pytest.raises(Refused) as refused:
            put(ledger, [declared(3)], ready=late)
        assert [problem.code for problem in refused.value.problems] == ["ledger_moved"]
        assert ledger.verify() == [] and len([*ledger.entries()]) == 3


def tampered(place: str, *statements: str) -> None:
    """Change a ledger behind its back, the guards put aside."""
    if place.startswith("postgresql"):
        with psycopg.connect(place, autocommit=True) as connection:
            for table in ("entry", "document", "node"):
                connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            for statement in statements:
                connection.execute(statement)
        return
    with closing(sqlite3.connect(place)) as file:
        for name in [row[0] for row in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
            file.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            file.execute(statement)
        file.commit()


def said(problems: list[Problem]) -> list[tuple[str, object]]:
    return [(problem.code, problem.fields.get("number")) for problem in problems]


def test_what_was_recorded_is_there_with_its_place_in_the_chain(ledger: Ledger) -> None:
    first, second = put(ledger, [declared(1), declared(2)])
    assert (first.number, first.previous, second.number, second.previous) == (1, GENESIS, 2, first.hash)
    assert (first.actor, first.source, first.key) == ("张三", "cli", ("HD", "L1", "declared"))
    assert first.at == AT and first.at.tzinfo is dt.UTC
    assert [*ledger.entries()] == [first, second]
    assert ledger.last == second and ledger.head == second.hash


def test_an_empty_ledger_has_the_genesis_head(ledger: Ledger) -> None:
    assert (ledger.last, ledger.head, [*ledger.entries()], ledger.values(), ledger.verify()) == (
        *(None, GENESIS, []),
        *({}, []),
    )


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    events=st.lists(events_of_any_kind, max_size=5),
    actor=kept_text,
    at=st.datetimes(timezones=st.timezones()),
)
def test_any_event_comes_back_exactly(
    ledger: Ledger, events: list[Event], actor: str, at: dt.datetime
) -> None:
    try:
        at.astimezone(dt.UTC)
    except OverflowError:
        return
    before = ledger.last
    entries = ledger.record(events, at=at, actor=actor, source=actor)
    assert tuple(ledger.entries(after=before.number if before else 0)) == entries
    for event, entry in zip(events, entries, strict=True):
        assert _words(entry) == _words(event)
        assert (entry.actor, entry.source, entry.at) == (actor, actor, at.astimezone(dt.UTC))
    assert ledger.verify([ledger.head]) == []


def _words(event: Event) -> tuple[object, ...]:
    values = [(type(value) is bool, value) for value in (event.old, event.new)]
    return event.action, event.key, values, event.reason


def test_a_reopened_ledger_goes_on_where_it_ended(place: str) -> None:
    with open_ledger(place, create=True) as ledger:
        (first,) = put(ledger, [declared(1)])
    with open_ledger(place) as again, open_ledger(place, create=True) as third:
        (second,) = put(again, [declared(2)])
        assert second.previous == first.hash
        assert [*third.entries()] == [first, second]


def test_entries_are_found_by_region_action_and_field(ledger: Ledger) -> None:
    events = [
        Event(action, region, "L1", field, None, 1)
        for action in ("lock", "decide")
        for region in ("HD", "HN")
        for field in ("declared", "basis")
    ]
    put(ledger, events)
    assert [entry.number for entry in ledger.entries(region="HN")] == [3, 4, 7, 8]
    assert [entry.number for entry in ledger.entries(region="HN", action="decide", field="basis")] == [8]
    assert [entry.number for entry in ledger.entries(field="declared", after=3)] == [5, 7]
    assert [*ledger.entries(region="nobody")] == []


def test_entries_can_be_read_while_others_are_recorded(ledger: Ledger) -> None:
    put(ledger, [declared(k) for k in range(10_001)])
    numbers = []
    for entry in ledger.entries():
        if entry.number == 1:
            put(ledger, [declared(1)])
        numbers.append(entry.number)
    assert numbers == [*range(1, 10_003)]


def test_the_last_value_of_a_field_counts(ledger: Ledger) -> None:
    put(
        ledger,
        [declared(1, 200), declared(2, "text"), declared(1, None), Event("new", None, None, "x", 1, True)],
    )
    assert ledger.values() == {
        ("HD", "L1", "declared"): None,
        ("HD", "L2", "declared"): "text",
        (None, None, "x"): True,
    }


def test_nothing_is_recorded_when_one_event_cannot_be(ledger: Ledger) -> None:
    bad = [declared(1, reference(b"content")), declared(2, float("nan"))]
    bad += [declared(3, "\ud800"), declared(4, 2**53 + 1)]
    with pytest.raises(DataProblems) as raised:
        put(ledger, bad, documents=[b"content"])
    assert [(problem.code, problem.where) for problem in raised.value.problems] == [
        ("ledger_number", "HD / L2 / declared"),
        ("ledger_text", "HD / L3 / declared"),
        ("ledger_number", "HD / L4 / declared"),
    ]
    assert ledger.head == GENESIS
    with pytest.raises(Refused):
        ledger.document(reference(b"content"))


@pytest.mark.parametrize("name", ["reason", "region", "row", "field", "action"])
def test_a_broken_character_is_refused_in_every_text(ledger: Ledger, name: str) -> None:
    words = {"action": "lock", "region": "HD", "row": "L1", "field": "basis"} | {name: "a\0b"}
    with pytest.raises(DataProblems, match="broken character"):
        put(ledger, [Event(**words, old=None, new=1)])


def test_a_time_without_zone_is_a_value_error(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="time zone"):
        ledger.record([declared(1)], at=AT.replace(tzinfo=None), actor="张三", source="cli")


def test_who_decided_on_an_old_state_is_refused(ledger: Ledger) -> None:
    seen = ledger.head
    put(ledger, [declared(1)], onto=seen)
    with pytest.raises(Refused, match="in the meantime"):
        put(ledger, [declared(1)], onto=seen)
    put(ledger, [declared(2)], onto=ledger.head)
    assert [entry.row for entry in ledger.entries()] == ["L1", "L2"]


def test_a_document_is_kept_once_and_found_by_its_reference(ledger: Ledger) -> None:
    content = bytes(range(256)) * 5000
    events = [Event("new", None, None, field, None, reference(content)) for field in ("one", "two")]
    put(ledger, [*events, Event("new", None, None, "empty", None, reference(b""))], documents=[content, b""])
    put(ledger, events)
    put(ledger, [declared(1)], documents=[content])
    assert ledger.document(reference(content)) == content
    assert ledger.document(reference(b"")) == b""
    assert ledger.verify() == []


def test_a_document_that_no_event_refers_to_is_a_value_error(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="no event refers"):
        put(ledger, [declared(1)], documents=[b"content"])
    assert ledger.head == GENESIS


def test_a_reference_to_no_document_is_refused(ledger: Ledger) -> None:
    event = Event("new", None, None, "inputs", None, reference(b"never given"))
    with pytest.raises(DataProblems, match="no such document"):
        put(ledger, [declared(1), event])
    assert ledger.head == GENESIS


def test_the_secret_is_one_for_all_who_reach_the_ledger_and_stands_in_no_entry(place: str) -> None:
    with open_ledger(place, create=True) as first, open_ledger(place) as second:
        with ThreadPoolExecutor() as pool:
            words = set(pool.map(lambda ledger: ledger.secret, [first, second] * 4))
        assert len(words) == 1
        assert second.secret == first.secret
        assert len(first.secret) >= 24
        assert first.last is None


def test_a_ledger_from_before_there_was_a_secret_gets_one(file: Path) -> None:
    with closing(sqlite3.connect(file)) as older, older:
        older.execute("DROP TABLE secret")
    with open_ledger(file) as ledger:
        assert ledger.secret == ledger.secret
        assert ledger.verify() == []


def test_the_database_itself_refuses_changes(ledger: Ledger, place: str) -> None:
    put(ledger, [Event("new", None, None, "inputs", None, reference(b"content"))], documents=[b"content"])
    changes = ["UPDATE entry SET reason = ''", "DELETE FROM entry", "DELETE FROM document"]
    assert ledger.secret
    put(ledger, [declared(1)])
    changes += ["UPDATE node SET number = 9", "DELETE FROM node"]
    for change in [*changes, "UPDATE document SET reference = ''", "DELETE FROM secret"]:
        if place.startswith("postgresql"):
            with pytest.raises(psycopg.Error, match="append-only"), psycopg.connect(place) as connection:
                connection.execute(change)
        else:
            with pytest.raises(sqlite3.Error, match="append-only"), closing(sqlite3.connect(place)) as file:
                file.execute(change)
    assert ledger.verify() == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE entry SET new = '230' WHERE number = 2", [("ledger_altered", 2)]),
        ("UPDATE entry SET at = '2024' WHERE number = 1", [("ledger_altered", 1)]),
        ("UPDATE entry SET region = NULL WHERE number = 3", [("ledger_altered", 3)]),
        ("UPDATE entry SET hash = '' WHERE number = 1", [("ledger_altered", 1), ("ledger_link", 2)]),
        ("DELETE FROM entry WHERE number = 2", [("ledger_gap", 3)]),
        ("DELETE FROM entry WHERE number = 4", [("ledger_cut", 4), ("ledger_head", None)]),
        ("DELETE FROM entry WHERE number >= 3; DELETE FROM node WHERE number >= 3", [("ledger_head", None)]),
        ("UPDATE entry SET number = 9 WHERE number = 4", [("ledger_gap", 9), ("ledger_altered", 9)]),
        ("DELETE FROM document", [("ledger_document_missing", None)]),
        ("UPDATE document SET content = reference::bytea", [("ledger_document_altered", None)]),
        ("DROP TABLE document", [("ledger_unavailable", None)]),
        ("UPDATE node SET hashes = substr(hashes, 2) WHERE number = 2", [("ledger_node", 2)]),
        ("DELETE FROM node WHERE number = 4", [("ledger_node", 4)]),
        ("INSERT INTO node SELECT 5, hashes FROM node WHERE number = 2", [("ledger_cut", 5)]),
        ("DROP TABLE node", [("ledger_unavailable", None)]),
    ],
)
def test_tampering_is_found_and_named(
    ledger: Ledger, place: str, change: str, found: list[tuple[str, object]]
) -> None:
    put(ledger, [declared(1), declared(2), declared(3)])
    put(ledger, [Event("new", None, None, "inputs", None, reference(b"content"))], documents=[b"content"])
    head = ledger.head
    if not place.startswith("postgresql"):
        change = change.replace("reference::bytea", "CAST(reference AS BLOB)")
    tampered(place, *change.split("; "))
    problems = ledger.verify([head])
    assert said(problems) == found
    assert all(problem.sentence("en") and problem.sentence("zh-CN") for problem in problems)


@pytest.mark.parametrize("change", ["at = 'yesterday'", "new = 'no JSON'", "new = ''"])
def test_an_entry_that_makes_no_sense_is_refused_by_number(ledger: Ledger, place: str, change: str) -> None:
    put(ledger, [declared(1)])
    tampered(place, f"UPDATE entry SET {change}")
    for read in (lambda: ledger.last, lambda: [*ledger.entries()]):
        with pytest.raises(Refused, match="Entry 1 was altered"):
            read()
    if "new" in change:
        with pytest.raises(Refused, match="Entry 1 was altered"):
            ledger.values()


def test_an_altered_document_is_not_handed_out(ledger: Ledger, place: str) -> None:
    put(ledger, [Event("new", None, None, "inputs", None, reference(b"content"))], documents=[b"content"])
    tampered(place, f"UPDATE document SET reference = '{reference(b'other')}'")
    with pytest.raises(Refused, match="altered"):
        ledger.document(reference(b"other"))


def stored(file: Path) -> object:
    """All rows as SQLite reads them, or None when it cannot."""
    try:
        with closing(sqlite3.connect(file)) as opened:
            opened.execute("PRAGMA query_only = ON")
            entries = opened.execute("SELECT * FROM entry ORDER BY number").fetchall()
            return entries, opened.execute("SELECT * FROM document").fetchall()
    except sqlite3.DatabaseError:
        return None


def test_no_flipped_bit_in_any_byte_of_a_file_changes_an_entry_or_document_unnoticed(file: Path) -> None:
    good, rows = file.read_bytes(), stored(file)
    used = [place for place, byte in enumerate(good) if byte and place >= 4096]
    with open_ledger(file) as ledger:
        head = ledger.head
        for place in used:
            bad = bytearray(good)
            bad[place] ^= 1 << place % 8
            file.write_bytes(bad)
            assert stored(file) == rows or ledger.verify([head]), place
        file.write_bytes(good)
        assert ledger.verify([head]) == []


def test_writers_in_threads_take_turns(ledger: Ledger) -> None:
    def write(writer: int) -> None:
        for k in range(10):
            events = [declared(k), Event("lock", None, None, "seal", None, reference(b"the same"))]
            ledger.record(events, at=AT, actor=str(writer), source="", documents=[b"the same"])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    entries = [*ledger.entries()]
    assert [entry.number for entry in entries] == [*range(1, 121)]
    assert all(one.actor == two.actor for one, two in zip(entries[::2], entries[1::2], strict=True))
    assert ledger.verify() == []


_WRITER = """
import datetime as dt, sys
from targetcal_xl.ledger import Event, open_ledger, reference
place, actor, batches, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
with open_ledger(place, create=True) as ledger:
    print("ready", flush=True)
    for batch in range(batches):
        content = b"%d" % batch
        events = [Event("lock", actor, str(batch), "declared", None, k) for k in range(size - 1)]
        events.append(Event("lock", actor, str(batch), "seal", None, reference(content)))
        ledger.record(events, at=dt.datetime.now(dt.UTC), actor=actor, source="process", documents=[content])
"""


@pytest.fixture
def writer(place: str) -> Iterator[Callable[[str, int, int], subprocess.Popen[bytes]]]:
    """Starts a process that creates or opens the ledger and records batches of events."""
    running: list[subprocess.Popen[bytes]] = []

    def start(actor: str, batches: int, size: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-W", "error", "-c", _WRITER, place, actor, str(batches), str(size)]
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.communicate()


def test_processes_that_create_and_write_one_ledger_at_once_take_turns(
    place: str, writer: Callable[[str, int, int], subprocess.Popen[bytes]]
) -> None:
    processes = [writer(f"P{k}", 8, 5) for k in range(4)]
    assert [process.wait() for process in processes] == [0] * 4
    with open_ledger(place) as ledger:
        entries = [*ledger.entries()]
        assert ledger.verify([ledger.head]) == []
    assert [entry.number for entry in entries] == [*range(1, 161)]
    assert Counter(entry.region for entry in entries) == {f"P{k}": 40 for k in range(4)}


def test_a_writer_killed_half_way_leaves_whole_batches_only(
    place: str, writer: Callable[[str, int, int], subprocess.Popen[bytes]]
) -> None:
    chance = random.Random(2)
    for _ in range(4):
        process = writer("P", 10_000, 300)
        assert process.stdout and process.stdout.readline() == b"ready\n"
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.05, 0.4))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with open_ledger(place) as ledger:
            assert ledger.verify([ledger.head]) == []
            put(ledger, [declared(1)])
            counts = Counter(entry.row for entry in ledger.entries(region="P"))
            assert {count % 300 for count in counts.values()} <= {0}


def test_a_ledger_is_not_made_by_mistake(tmp_path: Path, postgres: Server, monkeypatch: Any) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    with pytest.raises(Refused, match="no ledger"):
        open_ledger(tmp_path / "typo.sqlite")
    assert [*tmp_path.iterdir()] == []
    with pytest.raises(Refused, match="no ledger"):
        open_ledger(postgres.database(uuid.uuid4().hex))


def test_a_ledger_is_one_file_between_actions(file: Path, tmp_path: Path) -> None:
    with open_ledger(file) as ledger:
        put(ledger, [declared(4)])
        assert [*tmp_path.iterdir()] == [file]
        file.rename(tmp_path / "moved.sqlite")
    with open_ledger(f"sqlite:///{tmp_path / 'moved.sqlite'}") as moved:
        assert moved.verify() == []


def test_a_ledger_that_may_only_be_read_can_be_verified(file: Path) -> None:
    with closing(sqlite3.connect(file)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with open_ledger(file) as ledger:
            assert ledger.verify() == []


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("mysql://host/db", "ledger_database"),
        ("a-b://host/db", "ledger_database"),
        ("sqlite://", "ledger_address"),
        ("sqlite:///", "ledger_address"),
        ("sqlite:plan.sqlite", "ledger_address"),
        ("://", "ledger_address"),
        ("://x", "ledger_address"),
        ("http://[host/db", "ledger_address"),
        ("postgresql:/db", "ledger_address"),
        ("postgresql://host:abc/db", "ledger_address"),
        ("postgresql://host:0/db", "ledger_address"),
        ("postgresql://host:70000/db", "ledger_address"),
        ("postgresql://host:1:2/db", "ledger_address"),
        ("postgresql://one:1,two:x/db", "ledger_address"),
        ("postgresql://host/db?port=x", "ledger_address"),
        ("postgresql://host/db?nonsense=1", "ledger_address"),
        ("postgresql://host/%zz", "ledger_address"),
        ("postgresql://me:sec:ret@[host/db", "ledger_address"),
        ("", "ledger_address"),
        (" ", "ledger_address"),
        ("postgresql://me:secret@host/db", "ledger_password"),
        ("postgresql://me@host/db?password=secret", "ledger_password"),
        ("postgresql://me@host/db?sslpassword=secret", "ledger_password"),
        ("postgresql://me@/db?host=/no/such/place", "ledger_unavailable"),
    ],
)
def test_a_place_that_cannot_be_is_refused_by_name(place: str, code: str) -> None:
    with pytest.raises(Refused) as raised:
        open_ledger(place, create=True)
    assert [problem.code for problem in raised.value.problems] == [code]
    assert not {"secret", "sec:ret"} & {*re.split("[ @/]", str(raised.value))}


@pytest.mark.parametrize(
    "place", ["postgresql:///d?host=/no/such/place", "postgres://me@/d?host=/no/such/place"]
)
def test_an_address_is_handed_to_the_driver_as_it_was_given(place: str) -> None:
    with pytest.raises(Refused, match="/no/such/place"):
        open_ledger(place)


@pytest.mark.parametrize("address", ["{}", "sqlite:///{}"])
@pytest.mark.parametrize(
    ("name", "create", "code"),
    [
        ("folder", False, "ledger_folder"),
        ("folder", True, "ledger_folder"),
        ("blank", False, "ledger_blank"),
        ("foreign", False, "ledger_foreign"),
        ("foreign", True, "ledger_foreign"),
        ("namesake", False, "ledger_foreign"),
        ("namesake", True, "ledger_foreign"),
        ("text", False, "ledger_other"),
        ("text", True, "ledger_other"),
        ("none", False, "ledger_missing"),
        ("none/plan.sqlite", False, "ledger_missing"),
        ("none/plan.sqlite", True, "ledger_nowhere"),
    ],
)
def test_what_stands_where_a_ledger_should_be_is_told_and_left_alone(
    tmp_path: Path, name: str, create: bool, code: str, address: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "blank").touch()
    (tmp_path / "text").write_text("some words", encoding="utf-8")
    for file, table in (("foreign", "customer"), ("namesake", "entry")):
        with closing(sqlite3.connect(tmp_path / file)) as connection:
            connection.execute(f"CREATE TABLE {table} (number INTEGER)")
    before = files_of(tmp_path)
    with pytest.raises(Refused) as raised:
        open_ledger(address.format(tmp_path / name), create=create)
    (problem,) = raised.value.problems
    assert problem.code == code and all(name in problem.sentence(one) for one in LANGUAGES)
    assert files_of(tmp_path) == before


def test_a_ledger_may_be_made_in_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "blank").touch()
    with open_ledger(tmp_path / "blank", create=True) as ledger:
        assert ledger.last is None


def test_a_file_that_is_no_ledger_is_refused_and_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "book.xlsx"
    other.write_bytes(b"PK\x03\x04 something else entirely" * 100)
    with pytest.raises(Refused, match="not a database"):
        open_ledger(other, create=True)
    assert other.read_bytes() == b"PK\x03\x04 something else entirely" * 100


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="Make it, or give another path"):
        open_ledger(tmp_path / "none" / "ledger.sqlite", create=True)


def test_the_password_comes_from_the_caller_or_the_environment(
    postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    place = postgres.database(uuid.uuid4().hex)
    with open_ledger(place, create=True, password=PASSWORD) as ledger:
        assert ledger.place == place
        assert ledger.head == GENESIS
    with pytest.raises(Refused, match="password"):
        open_ledger(place)


def test_without_the_driver_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(Refused, match="pip install"):
        open_ledger("postgresql://me@host/db")
