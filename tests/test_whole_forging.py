"""Whatever is done to a ledger is found and named, and nothing counts until it is as it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from targetcal_xl.actions import confirm, dashboard, issue_letters, lock, repair, unlock, verify
from targetcal_xl.desk import ledger_beside
from targetcal_xl.ledger import Event, open_ledger, reference
from targetcal_xl.ledger.chain import COLUMNS, entry_hash, is_reference
from targetcal_xl.problems import Refused
from tests.support.desks import Case, confirmed, tamper
from tests.support.exploring import explores
from tests.support.stages import STAGES

EVERY = 1 if explores() else 31
"""Of all changes at a stage, one in so many is tried; `make explore` tries each."""
FORGED = ("locked", "issued", "changed")
"""The stages of which the ledger is forged."""

Row = tuple[object, ...]


@dataclass(frozen=True)
class Forgery:
    """What was done to a ledger, and the numbers of the entries of which one has to be named."""

    what: str
    statements: Sequence[tuple[str, Sequence[object]]]
    names: Sequence[int]


@pytest.fixture(scope="module", params=FORGED)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A plan whose ledger takes any change."""
    case = STAGES[request.param](tmp_path_factory.mktemp("forged"))
    tamper(case)
    return case


def _rows(case: Case) -> list[Row]:
    with closing(sqlite3.connect(ledger_beside(case.path))) as database:
        return database.execute(f"SELECT {', '.join(COLUMNS)} FROM entry ORDER BY number").fetchall()


def _other(said: object) -> object:
    """Something that could stand there as well."""
    return said + 1_000_000 if isinstance(said, int) else f"{said or ''}1"


def _with_hash(row: Row) -> Row:
    """The entry with the hash that is due to it."""
    return (*row[:-1], entry_hash(row[:-1]))


def _put(row: Row) -> tuple[str, Sequence[object]]:
    return f"INSERT OR REPLACE INTO entry VALUES ({', '.join('?' * len(row))})", row


def _forgeries(rows: Sequence[Row]) -> Iterator[Forgery]:
    """Every entry edited in each column, with its hash or without, deleted, exchanged, doubled."""
    for row in rows:
        number = int(str(row[0]))
        for at, column in enumerate(COLUMNS):
            changed = (*row[:at], _other(row[at]), *row[at + 1 :])
            away = ("DELETE FROM entry WHERE number = ?", [number])
            both = (number, number + 1, number + 1_000_000)
            yield Forgery(f"{number} {column}", [away, _put(changed)], both)
            if column not in ("number", "hash") and number < len(rows):
                yield Forgery(f"{number} {column}, hashed", [away, _put(_with_hash(changed))], [number + 1])
        if number < len(rows):
            yield Forgery(f"{number} deleted", [away], [number, number + 1])
            invented = _with_hash((len(rows) + 1, *row[1:-2], row[-1], ""))
            yield Forgery(f"{number} once more at the end", [_put(invented)], [len(rows) + 1])
            later = ("UPDATE entry SET number = -number - 1 WHERE number > ?", [number])
            back = ("UPDATE entry SET number = -number WHERE number < ?", [0])
            between = _with_hash((number + 1, *row[1:-2], row[-1], ""))
            yield Forgery(f"{number} once more after itself", [later, back, _put(between)], [number + 2])
    for one, other in pairwise(rows):
        number = int(str(one[0]))
        exchanged = [_put((other[0], *one[1:])), _put((one[0], *other[1:]))]
        yield Forgery(f"{number} exchanged with the next", exchanged, [number, number + 1])


def _named(case: Case, forgery: Forgery) -> bool:
    """Whether the ledger says of one of these entries that it is not as it was; and then does no work."""
    file = ledger_beside(case.path)
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        for statement, values in forgery.statements:
            database.execute(statement, values)
    with open_ledger(file) as ledger:
        named = {problem.fields.get("number") for problem in ledger.verify()}
        with pytest.raises(Refused):
            ledger.prove()
    return not named.isdisjoint(forgery.names)


def test_whatever_is_done_to_an_entry_is_found_and_the_entry_named(case: Case) -> None:
    file = ledger_beside(case.path)
    sound, missed = file.read_bytes(), []
    try:
        for number, forgery in enumerate(_forgeries(_rows(case))):
            if number % EVERY == 0:
                if not _named(case, forgery):
                    missed.append(forgery.what)
                file.write_bytes(sound)
    finally:
        file.write_bytes(sound)
    assert missed == []


def test_a_ledger_that_lost_its_last_entry_is_no_longer_the_book_s(case: Case) -> None:
    """It may be sound, as it was before that entry: what was noted elsewhere tells, as the audit sheet."""
    file = ledger_beside(case.path)
    sound = file.read_bytes()
    try:
        with closing(sqlite3.connect(file, isolation_level=None)) as database:
            database.execute("DELETE FROM entry WHERE number = (SELECT max(number) FROM entry)")
        found = {problem.code for problem in case.run(verify).problems}
        assert found & {"book_of_another_ledger", "ledger_cut"}
        with pytest.raises(Refused):
            case.run(lock)
    finally:
        file.write_bytes(sound)


WORKING: Mapping[str, Callable[[Case], object]] = {
    "lock": lambda case: case.run(lock),
    "confirm": lambda case: case.run(confirm, "储备"),
    "letters": lambda case: case.run(issue_letters, case.folder / "others", "docx"),
    "unlock": lambda case: case.run(unlock, "R1", "重来"),
    "dashboard": lambda case: case.run(dashboard, case.folder / "page.html"),
    "repair": lambda case: case.run(repair),
}


@pytest.mark.parametrize("action", WORKING)
def test_nothing_is_counted_of_a_ledger_that_was_altered(action: str, tmp_path: Path) -> None:
    case = confirmed(tmp_path)
    tamper(case, "UPDATE entry SET new = '60' WHERE field = 'agreed'")
    files = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(Refused) as refused:
        WORKING[action](case)
    assert {problem.code for problem in refused.value.problems} == {"ledger_altered"}
    assert {path.name for path in tmp_path.iterdir()} == files


def _written_anew(case: Case, upto: int | None = None) -> None:
    """A ledger without a flaw, in which other targets were declared and agreed; or one that ends early."""
    old = ledger_beside(case.path)
    with open_ledger(old) as ledger:
        entries = [one for one in ledger.entries() if upto is None or one.number <= upto]
        documents = {str(one.new): one.new for one in entries if is_reference(one.new)}
        contents = {name: ledger.document(name) for name in documents}
    forged = old.with_name("forged.sqlite")
    with open_ledger(forged, create=True) as ledger:
        for one in entries:
            agreed = one.field in ("agreed", "declared") and upto is None
            held = [contents[str(one.new)]] if is_reference(one.new) else []
            new = reference(held[0]) if held else 60.0 if agreed else one.new
            event = Event(one.action, *one.key, one.old, new, one.reason)
            ledger.record([event], at=one.at, actor=one.actor, source=one.source, documents=held)
    forged.replace(old)


@pytest.mark.parametrize(
    ("stage", "cut", "renewed"),
    [
        pytest.param("confirmed", False, False, id="written anew, the book as it was"),
        pytest.param("locked", False, True, id="written anew, the book renewed"),
        pytest.param("locked", True, False, id="cut, the book as it was"),
        pytest.param("confirmed", True, True, id="cut, the book renewed"),
    ],
)
def test_a_ledger_that_was_forged_without_a_flaw_is_told_by_what_left_the_house(
    stage: str, cut: bool, renewed: bool, tmp_path: Path
) -> None:
    case = STAGES[stage](tmp_path)
    with case.desk() as desk:
        mark, last = desk.ledger.checkpoint.mark, sum(1 for _ in desk.ledger.entries())
    _written_anew(case, last - 5 if cut else None)
    if renewed:
        case.path.unlink()
        case.run(repair)
        assert case.run(verify).problems == (), "by itself it is without a flaw"
    else:
        with pytest.raises(Refused) as refused:
            case.run(issue_letters, tmp_path / "letters", "docx")
        assert [problem.code for problem in refused.value.problems] == ["book_of_another_ledger"]
    found = [problem.code for problem in case.run(verify, [mark]).problems]
    assert found == ["ledger_short" if cut else "ledger_checkpoint"]
