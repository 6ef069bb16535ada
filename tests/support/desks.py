"""Plans under negotiation: people who type into the book and act on it, at a time that is told.

Everybody is called by their role and region: `head1`, `superior1`, `hrbp1`; the rest is finance.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from targetcal_xl.actions import (
    answer_change,
    ask_change,
    check,
    confirm,
    decide,
    decide_support,
    handle_objection,
    issue_letters,
    lock,
    new,
)
from targetcal_xl.actions.letter_making import LetterFormat
from targetcal_xl.buttons import macros
from targetcal_xl.calibration import Inputs, Key, Value
from targetcal_xl.desk import Desk, ledger_beside, open_desk
from targetcal_xl.desk.records import standing_of
from targetcal_xl.ledger import Entry
from targetcal_xl.ooxml import BLANK, Cell, cell_name
from targetcal_xl.problems import Problem
from targetcal_xl.workbook import ClosedBook, Reading, as_typed, content, is_formula, open_book, read
from tests.support.books import changed_parts, parts_of
from tests.support.clock import Clock
from tests.support.samples import sample_inputs
from tests.support.temporary import kept_folder

Result = TypeVar("Result")
Said = dict[Key, Value | Cell]
"""What somebody types, by key; a `Cell` goes in as it is."""

FINANCE = "林静"
BOOK = "targets.xlsx"
REASONS = {"basis": "在手商机与试用转化", "support": "增加一名售前", "risk": "大客户推迟签约"}
"""A justification that nobody finds fault with."""
TALK: dict[str, Any] = {"held": dt.date(2025, 1, 6), "present": "负责人、HRBP", "outcome": "upheld"}
"""What is recorded of a talk about an objection, beside the note."""
RESERVE = "高出总部目标的部分作为储备"
"""Why 353 is confirmed where head office wants 330."""


@dataclass
class _Seen:
    """A book that was opened, and what it says."""

    book: ClosedBook
    inputs: Inputs
    language: str

    @cached_property
    def reading(self) -> Reading:
        return read(self.book, self.inputs, self.language)


@dataclass(frozen=True)
class Case:
    """A book and its ledger in a folder, and the clock that everybody goes by."""

    folder: Path
    inputs: Inputs
    clock: Clock = field(default_factory=Clock)
    book: str = BOOK
    language: str = "zh-CN"
    outdated: bool = False
    """Whether the desk takes what an older release wrote."""
    ledger: str | None = None
    """Where the ledger is, when not beside the book."""
    _seen: dict[tuple[Path, bytes], _Seen] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """The file that was looked at last."""

    @property
    def path(self) -> Path:
        """The book."""
        return self.folder / self.book

    def desk(self, by: str = FINANCE, create: bool = False) -> AbstractContextManager[Desk]:
        """Somebody's desk."""
        return open_desk(
            self.path,
            actor=by,
            clock=self.clock,
            source="test",
            ledger=self.ledger,
            create=create,
            macros=macros,
            outdated=self.outdated,
            chance=bytes,
        )

    def run(self, action: Callable[..., Result], *said: object, by: str = FINANCE, **more: object) -> Result:
        """Let somebody do something, an hour after what was done before."""
        self.clock.advance(hours=1)
        with self.desk(by) as desk:
            return action(desk, *said, **more)

    def reading(self) -> Reading:
        """What the book says now; who asks again before it has changed gets the same."""
        return self._look().reading

    def _look(self) -> _Seen:
        file = self.path, self.path.read_bytes()
        if file not in self._seen:
            self._keep(open_book(self.path))
        return self._seen[file]

    def _keep(self, book: ClosedBook) -> None:
        """Have a book at hand for as long as its file is the same."""
        self._seen.clear()
        self._seen[self.path, self.path.read_bytes()] = _Seen(book, self.inputs, self.language)

    def type(self, said: Mapping[Key, Value | Cell]) -> None:
        """Fill cells as a person does, choosing and seeing captions, and save."""
        book, reading = self._look().book, self.reading()
        self._seen.clear()
        for key, value in said.items():
            sheet, spot = reading.places.find(key)
            book.set(reading.places.tabs[sheet], {spot: filled(reading, key, value)})
        self._save_computed(book)

    def recalculate(self) -> None:
        """Have every formula that is still there show its result, as the program does that people type in."""
        self._save_computed(open_book(self.path))

    def _save_computed(self, book: ClosedBook) -> None:
        """Save a book with the results of its formulas."""
        reading = read(book, self.inputs, self.language)
        with self.desk() as desk:
            cells = content(standing_of(desk.ledger), reading.values, reading.places)
        for sheet, spots in cells.items():
            held = reading.grids[sheet]
            shown = {at: cell for at, cell in spots.items() if is_formula(held.get(at, BLANK), cell)}
            book.set(reading.places.tabs[sheet], shown)
        book.save()
        self._keep(book)

    def typed(self) -> dict[Key, Value]:
        """Everything that people's cells hold."""
        return dict(self.reading().values)

    def where(self, key: Key) -> str:
        """A cell's place in a person's words."""
        places = self.reading().places
        sheet, spot = places.find(key)
        return f"{places.tabs[sheet]}!{cell_name(spot)}"

    def suggested(self, line: str) -> float:
        """The suggested target of a line."""
        reading = self.reading()
        sheet, spot = reading.places.find((line.partition("-")[0], line, "suggested"))
        value = reading.grids[sheet][spot].value
        assert isinstance(value, float)
        return value

    def declare(self, region: str, **declared: float) -> None:
        """A region's head declares targets (`R1_1=95`), justifies all that depart, and submits."""
        cells: Said = {
            (region, None, "status"): "submitted",
            (region, None, "submitter"): self.inputs.plan.region(region).head.name,
            (region, None, "submitted_on"): "2025-01-07",
        }
        for name, target in declared.items():
            line = name.replace("_", "-")
            cells |= {(region, line, code): words for code, words in REASONS.items()}
            cells[region, line, "declared"] = float(target)
        self.type(cells)

    def entries(self, action: str | None = None, field: str | None = None) -> list[Entry]:
        """Ledger entries of an action, a field, or all."""
        with self.desk() as desk:
            return list(desk.ledger.entries(action=action, field=field))

    def value(self, *key: str | None) -> Value:
        """The ledger's last word on a field."""
        region, row, code = key
        with self.desk() as desk:
            return desk.ledger.values().get((region, row, str(code)))

    def problems(self) -> list[tuple[str, str]]:
        """What `check` finds: codes and places."""
        return told(self.run(check).problems)


def filled(reading: Reading, key: Key, value: Value | Cell) -> Cell:
    """What a person's cell holds when this is typed into it."""
    if isinstance(value, Cell):
        return value
    cell = reading.typed.get(key)
    return Cell(as_typed(cell, value, reading.places) if cell else value)


def told(problems: Iterable[Problem]) -> list[tuple[str, str]]:
    """Codes and places of problems."""
    return [(problem.code, problem.where) for problem in problems]


def fresh(folder: Path) -> Case:
    """A new plan with the lines R1-1, R1-2 and R2-1, about which nobody has said anything yet."""
    return _copy("fresh", folder)


def submitted(folder: Path) -> Case:
    """Both regions have declared and submitted: R1-1 a little low, R1-2 as suggested, R2-1 far too low."""
    return _copy("submitted", folder)


def locked(folder: Path) -> Case:
    """Those declarations have been locked; R2-1 is an open objection."""
    return _copy("locked", folder)


def decided(folder: Path) -> Case:
    """Everything was accepted, and the objection answered."""
    return _copy("decided", folder)


def confirmed(folder: Path) -> Case:
    """The negotiation is over."""
    return _copy("confirmed", folder)


def replace_letter(case: Case, form: LetterFormat = "both") -> None:
    """A target of R1 is changed by agreement, and the letter that says so issued."""
    said = {"since": dt.date(2025, 2, 15), "trigger": "staff", "reason": "两名销售提前到岗"}
    case.run(ask_change, "R1", "R1-1", 90, **said, by="陈主管")
    case.run(answer_change, "R1", "R1-1", True, "人已到岗", by="superior1")
    case.run(issue_letters, case.folder / "letters", form)


def low(case: Case) -> tuple[float, float, float]:
    """What `submitted` declares for R1-1, R1-2 and R2-1."""
    return case.suggested("R1-1") - 1, case.suggested("R1-2"), round(case.suggested("R2-1") * 0.7)


def begin(case: Case) -> None:
    with case.desk(create=True) as desk:
        new(desk, case.inputs, case.language)


def _submit(case: Case) -> None:
    first, second, third = low(case)
    case.declare("R1", R1_1=first, R1_2=second)
    case.declare("R2", R2_1=third)


def decline(case: Case, line: str) -> None:
    """The superior declines the support that a line's justification names and no item lists."""
    case.run(decide_support, line[:2], line, "no", reason="本季编制已满", by=f"superior{line[1]}")


def _decide(case: Case) -> None:
    case.run(handle_objection, "R2", "R2-1", **TALK, note="与负责人面谈，渠道缺人", hours=2, by="hrbp2")
    for line in ("R1-1", "R1-2", "R2-1"):
        decline(case, line)
    for line in ("R1-1", "R1-2"):
        case.run(decide, "R1", line, "accept", reason="依据充分", hours=0.5, by="superior1")
    case.run(decide, "R2", "R2-1", "accept", reason="渠道收缩属实", hours=1, by="superior2")


_STAGES: dict[str, Callable[[Case], object]] = {
    "fresh": begin,
    "submitted": _submit,
    "locked": lambda case: case.run(lock),
    "decided": _decide,
    "confirmed": lambda case: case.run(confirm, RESERVE),
}


def play(case: Case) -> Iterator[str]:
    """Play every stage on the case's own book, from a new plan to the end of the negotiation; its names."""
    for name, stage in _STAGES.items():
        stage(case)
        yield name


@cache
def _stage(name: str) -> Case:
    """The case as it stands after a stage; every stage is played once in a run."""
    case = Case(kept_folder("case"), case_inputs())
    names = list(_STAGES)
    if before := names[: names.index(name)]:
        _fill(case, _stage(before[-1]))
    _STAGES[name](case)
    return case


def case_inputs() -> Inputs:
    """Two lines of one region and one of another, of a size at which 85, 130 and 198 are suggested."""
    inputs = sample_inputs((2, 1))
    values = np.round(inputs.history.values * np.array([[1.025], [1.015], [0.98]]))
    return replace(inputs, history=replace(inputs.history, values=values))


def _copy(name: str, folder: Path) -> Case:
    case = Case(folder, _stage(name).inputs)
    _fill(case, _stage(name))
    return case


def _fill(case: Case, model: Case) -> None:
    shutil.copytree(model.folder, case.folder, dirs_exist_ok=True)
    case.clock.now = model.clock.now


def kept(play: Callable[[Path], Case]) -> Callable[[Path], Case]:
    """A stage that is played once in a run, in a folder of its own, and copied by whoever goes to it."""

    @cache
    def model() -> Case:
        return play(kept_folder("case"))

    def go(folder: Path) -> Case:
        case = Case(folder, model().inputs)
        _fill(case, model())
        return case

    return go


def rename_tab(path: Path, old: str, new: str) -> None:
    """Rename a tab as an application does: in the list of sheets and in whatever refers to it."""
    parts = {
        name: re.sub(f"'?{old}'?!", f"'{new}'!", data.decode()).encode()
        for name, data in parts_of(path).items()
        if name.endswith(".xml")
    }
    listed = parts["xl/workbook.xml"]
    parts["xl/workbook.xml"] = listed.replace(
        f'<sheet name="{old}"'.encode(), f'<sheet name="{new}"'.encode()
    )
    changed_parts(path, parts)


def delete_tab(path: Path, name: str) -> None:
    """Delete a tab as an application does: what referred to it refers to nothing."""
    listed = parts_of(path)["xl/workbook.xml"].decode()
    listed = re.sub(f'<sheet name="{name}"[^>]*/>', "", listed)
    changed_parts(path, {"xl/workbook.xml": re.sub(f"'?{name}'?!", "#REF!", listed).encode()})


def strip_protection(path: Path) -> None:
    """Take every sheet's protection off, as any zip tool can."""
    parts = {
        name: re.sub(rb"<sheetProtection[^>]*/>", b"", data)
        for name, data in parts_of(path).items()
        if name.startswith("xl/worksheets/")
    }
    changed_parts(path, parts)


def tamper(case: Case, *statements: str) -> None:
    """Change the ledger behind its own back."""
    with closing(sqlite3.connect(ledger_beside(case.path))) as database:
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (trigger,) in database.execute(triggers).fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        for statement in statements:
            database.execute(statement)
        database.commit()
