"""Whatever is changed in a book that shows recorded things is found by name, and mended by `repair`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from targetcal_xl.actions import (
    AuditReport,
    confirm,
    dashboard,
    issue_letters,
    repair,
    verify,
)
from targetcal_xl.actions.letter_making import DueLetter, LetterRun, MadeLetters
from targetcal_xl.actions.repair import PENDING
from targetcal_xl.calibration import Letter
from targetcal_xl.desk import Desk, Stock, look
from targetcal_xl.ledger import Event
from targetcal_xl.ooxml import BLANK, Cell
from targetcal_xl.problems import DataProblems, Problem, Refused
from targetcal_xl.workbook import open_book
from tests.support.desks import RESERVE, Case
from tests.support.exploring import explores
from tests.support.memory import MemoryBook
from tests.support.stages import STAGES
from tests.support.tampered import Batches, Change, Tampering, batches, moved_rows, put, unnamed

EVERY, ALONE = (1, 97) if explores() else (7, 9973)
"""Of all kinds of change to what is no input one in so many is tried at a stage, of single ones alone.

Each stage begins at another one, so that together they try all; `make explore` tries each kind at each.
"""

SAID = {"region_says", "superior_says"}
"""What both sides may write at any time."""
AWAITED = {"decision", "counter", "decision_reason", "granted", "owner"}
"""What superiors fill while a decision is awaited."""


UNDECIDED = {"locked": {"R1-1", "R1-2", "R2-1"}, "objected": {"R1-2", "R2-1"}}
"""The lines that wait for a decision, by stage; with them the region's supports do."""


@pytest.fixture(scope="module", params=STAGES)
def stage(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def case(stage: str, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A plan in which every region's word is recorded."""
    return STAGES[stage](tmp_path_factory.mktemp("tampered"))


@pytest.fixture(scope="module")
def sound(case: Case) -> MemoryBook:
    """Its book, as it should be."""
    return MemoryBook.of(open_book(case.path))


@pytest.fixture(scope="module")
def tampered(case: Case, sound: MemoryBook) -> Batches:
    """All that can be done to it."""
    return batches(case.reading(), sound)


def _free(case: Case, stage: str) -> tuple[str, ...]:
    """Cells that somebody may fill at this stage: how changes to them begin."""
    lines, waits = {line.code for line in case.inputs.plan.lines}, UNDECIDED.get(stage, set())
    free = [
        key
        for key in case.reading().typed
        if key[2] in SAID or (waits and key[2] in AWAITED and (key[1] not in lines or key[1] in waits))
    ]
    return tuple(f"{case.where(key)} " for key in free)


def _turns(stage: str, tampered: Batches) -> Iterator[tuple[str, Sequence[Tampering]]]:
    """The kinds that have their turn: of people's cells all."""
    for number, (kind, ones) in enumerate(tampered.items(), [*STAGES].index(stage)):
        if kind.startswith("typed") or number % EVERY == 0:
            yield kind, ones


def _with(sound: MemoryBook, ones: Sequence[Tampering]) -> MemoryBook:
    book = sound.copy()
    for one in ones:
        one.change(book)
    return book


def _report(case: Case, book: MemoryBook) -> AuditReport:
    with _opened(case, book) as desk:
        return verify(desk)


def _verified(case: Case, book: MemoryBook) -> tuple[Problem, ...]:
    return _report(case, book).problems


def test_every_change_is_found_and_named(
    case: Case, stage: str, sound: MemoryBook, tampered: Batches
) -> None:
    assert _verified(case, sound) == ()
    free, missed = _free(case, stage), []
    for kind, ones in _turns(stage, tampered):
        meant = {one.what for one in ones if one.what.startswith(free)}
        found = unnamed(ones, _verified(case, _with(sound, ones)))
        missed += [f"{kind}, {what}" for what in sorted(found ^ meant)]
    assert not missed, "\n".join(missed)


def _opened(case: Case, book: MemoryBook) -> AbstractContextManager[Desk]:
    """A desk at which a book lies open."""

    @contextmanager
    def sat_down() -> Iterator[Desk]:
        with case.desk() as desk:
            yield replace(desk, opening=lambda _path: book)

    return sat_down()


def _counted(case: Case, book: MemoryBook) -> str:
    """Everything that is added up of a book, but for what is said of its faults."""
    out = case.folder / "page.html"
    with _opened(case, book) as desk:
        dashboard(desk, out)
    return re.sub(r'\s*<section class="notes".*?</section>', "", out.read_text("utf-8"), flags=re.DOTALL)


def test_no_total_counts_what_was_changed(
    case: Case, stage: str, sound: MemoryBook, tampered: Batches
) -> None:
    free, meant, turns = _free(case, stage), _counted(case, sound), [*_turns(stage, tampered)]
    place = [*STAGES].index(stage)
    for kind, ones in turns[place :: len(STAGES)]:
        sealed = [one for one in ones if not one.what.startswith(free)]
        assert _counted(case, _with(sound, sealed)) == meant, kind


def test_no_letter_is_issued_of_a_book_whose_sealed_cells_were_changed(
    case: Case, stage: str, sound: MemoryBook, tampered: Batches
) -> None:
    book, lying = _with(sound, tampered["typed: changed"]), sorted(case.folder.rglob("*"))
    with _opened(case, book) as desk, pytest.raises(DataProblems):
        issue_letters(desk, case.folder / "letters", "docx")
    assert sorted(case.folder.rglob("*")) == lying


def _letters(desk: Desk, patched: pytest.MonkeyPatch) -> object:
    """What letters would say."""
    due: list[Letter] = []

    def made(_run: object, _desk: Desk, letters: Sequence[DueLetter], _record: object) -> MadeLetters:
        due.extend(one.letter for one in letters)
        return MadeLetters((), ())

    patched.setattr(LetterRun, "issue", made)
    issue_letters(desk, desk.path.parent / "letters", "docx")
    return due


def _confirmation(desk: Desk, patched: pytest.MonkeyPatch) -> object:
    """What a confirmation would record."""
    events: list[Event] = []
    patched.setattr(Stock, "settle", lambda _stock, those: events.extend(those))
    confirm(desk, RESERVE)
    return events


def _said(case: Case, stage: str, book: MemoryBook) -> object:
    """What is agreed by a book, or nothing where that is refused."""
    with _opened(case, book) as desk, pytest.MonkeyPatch.context() as patched:
        try:
            return _confirmation(desk, patched) if stage == "decided" else _letters(desk, patched)
        except (DataProblems, Refused) as refused:
            assert refused.problems
            return None


def test_letters_and_a_confirmation_are_refused_or_say_what_was_recorded(
    case: Case, stage: str, sound: MemoryBook, tampered: Batches
) -> None:
    meant, free = _said(case, stage, sound), _free(case, stage)
    assert bool(meant) == (stage not in UNDECIDED), "before that nothing is confirmed and no letter due"
    place, said = [*STAGES].index(stage), {}
    kinds = {**tampered, **moved_rows(case.reading(), sound)} if meant else {}
    for number, (kind, ones) in enumerate(kinds.items()):
        if stage in ("decided", "confirmed") or number % len(STAGES) == place:
            sealed = [one for one in ones if not one.what.startswith(free)]
            said[kind] = _said(case, stage, _with(sound, sealed))
    assert {kind: one for kind, one in said.items() if one not in (None, meant)} == {}
    bare = sound.copy()
    bare.shut = set()
    assert _said(case, stage, bare) == meant, "protection is a courtesy"


def test_a_row_that_was_moved_whole_says_the_same_or_is_named(case: Case, sound: MemoryBook) -> None:
    typed = case.typed()
    for kind, ones in moved_rows(case.reading(), sound).items():
        book = _with(sound, ones)
        problems = _verified(case, book)
        with _opened(case, book) as desk:
            says = look(desk).reading.values
        other = {str(key[1] or key[0]) for key in {*typed, *says} if typed.get(key) != says.get(key)}
        named = {one.said for one in ones} - {one.said for one in ones if unnamed([one], problems)}
        assert other <= named, kind
        audit = case.reading().places.tabs["audit"]
        assert kind != "over" or not unnamed([one for one in ones if one.what.startswith(audit)], problems)
        assert kind != "audit turned" or [one.code for one in problems] == ["book_of_another_ledger"]


def test_protection_that_was_taken_off_is_named_and_hides_nothing(
    case: Case, sound: MemoryBook, tampered: Batches
) -> None:
    assert sound.shut
    for tab in sound.shut:
        book = sound.copy()
        book.shut = sound.shut - {tab}
        notes = _report(case, book).notes
        assert [(note.code, note.where) for note in notes] == [("protection_off", tab)]
        declared = next(
            c for k, c in case.reading().typed.items() if k[2] == "declared" and case.where(k).startswith(tab)
        )
        put(book, tab, declared.spot, Cell(7.0))
        assert _verified(case, book)


def test_a_change_alone_is_named_and_mended_and_nothing_of_it_is_believed(
    case: Case, stage: str, sound: MemoryBook, tampered: Batches
) -> None:
    kept, typed, free = case.path.read_bytes(), case.typed(), _free(case, stage)
    every = [one for ones in tampered.values() for one in ones if not one.what.startswith(free)]
    for one in every[[*STAGES].index(stage) * 419 :: ALONE]:
        assert not unnamed([one], _verified(case, _with(sound, [one]))), one.what
        _tamper_file(case.path, sound, one.change)
        case.run(repair)
        problems = case.run(verify).problems
        assert [problem for problem in problems if problem.code not in PENDING] == [], one.what
        assert case.typed() == typed or problems, one.what
        case.path.write_bytes(kept)


def _tamper_file(path: Path, sound: MemoryBook, change: Change) -> None:
    """Make the change to the file itself."""
    book = sound.copy()
    change(book)
    if book.names != sound.names or book.sheets != sound.sheets or book.hidden:
        _write(path, book)
        return
    file = open_book(path)
    for tab, grid in book.grids.items():
        before = sound.grids[tab]
        file.set(
            tab, {s: grid.get(s, BLANK) for s in grid.keys() | before.keys() if grid.get(s) != before.get(s)}
        )
    file.save()


def _write(path: Path, book: MemoryBook) -> None:
    """A file of these tabs, cells and names."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_numbers": False}) as written:
        for tab, grid in book.grids.items():
            page = written.add_worksheet(tab)
            for (row, column), cell in grid.items():
                if cell.formula is not None:
                    page.write_formula(
                        row - 1,
                        column - 1,
                        f"={cell.formula}",
                        None,
                        "" if cell.value is None else cell.value,
                    )
                else:
                    page.write(row - 1, column - 1, cell.value)
            if tab in book.hidden:
                page.hide()
        for name, (tab, (row, column)) in book.names.items():
            quoted = tab.replace("'", "''")
            written.define_name(
                name, f"='{quoted}'!{xlsxwriter.utility.xl_rowcol_to_cell(row - 1, column - 1, True, True)}"
            )
