"""A case's people at work: each act of its story at its time, by its actor, through the same actions."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from hashlib import shake_256
from importlib.resources.abc import Traversable
from pathlib import Path

from ..actions import (
    WeightChange,
    confirm,
    decide,
    evaluate,
    follow,
    handle_objection,
    issue_letters,
    lock,
    new,
    survey,
)
from ..calibration import Value
from ..connect import read_actuals, read_plan, read_responses
from ..desk import Desk, open_desk
from ..ooxml import Cell
from ..problems import DataProblems
from ..workbook import as_typed, read

StoryRow = Mapping[str, str]
Parts = Mapping[str, Callable[[Desk, StoryRow], object]]
"""What is done in each act, by its action."""

DECLARED = ("declared", "basis", "support", "risk", "comment", "attachment")
ASKED = ("line", "kind", "what", "quantity", "unit", "due")
NUMBERS = ("declared", "quantity")
BOOK, LETTERS, RESULTS = "targets.xlsx", "letters", "actuals.csv"
_BEGINNINGS = {"new", "next"}
"""Acts that make a book."""


class Story:
    """The acts of a plan folder's story.csv, to be played in a directory."""

    weights: tuple[WeightChange, ...] = ()
    """What was learned of the drivers' weights when the quarter began; nothing at a case's beginning."""

    def __init__(self, folder: Traversable, directory: Path, language: str) -> None:
        self.folder, self.directory, self.language = folder, directory, language
        self.inputs = read_plan(folder)
        self.acts = self._rows("story.csv")
        self._declarations = self._rows("declarations.csv")
        self._supports = self._rows("supports.csv")

    def _rows(self, name: str) -> list[StoryRow]:
        text = self.folder.joinpath(name).read_text(encoding="utf-8")
        return list(csv.DictReader(io.StringIO(text)))

    def desk(self, act: StoryRow) -> AbstractContextManager[Desk]:
        """The desk at which an act happens, then and by whom it says."""
        at = dt.datetime.fromisoformat(act["at"])
        book = self.directory / BOOK
        # A case that is made up needs no secrets: played again it is the same.
        salted = shake_256("|".join(act.values()).encode()).digest
        return open_desk(
            book,
            actor=act["actor"],
            clock=lambda: at,
            source="demo",
            create=act["action"] in _BEGINNINGS and not book.exists(),
            chance=salted,
        )

    def play(self, act: StoryRow) -> None:
        """One act."""
        with self.desk(act) as desk:
            self.parts[act["action"]](desk, act)

    @property
    def parts(self) -> Parts:
        """What is done in each act."""
        return {
            "new": lambda desk, _: new(desk, self.inputs, self.language),
            "submit": self._submit,
            "lock": self._lock,
            "objection": self._answer,
            "decide": self._decide,
            "confirm": lambda desk, _: confirm(desk),
            "letters": lambda desk, _: issue_letters(desk, self.directory / LETTERS),
            "follow": self._follow,
            "survey": self._survey,
            "evaluate": lambda desk, _: evaluate(desk),
        }

    def _submit(self, desk: Desk, act: StoryRow) -> None:
        """A manager fills the tab and says that it is finished."""
        typed: dict[tuple[str, str], str] = {
            (row["line"], code): row[code]
            for row in self._in_region(self._declarations, act)
            if row["round"] == act["value"]
            for code in DECLARED
            if row[code]
        }
        for item, row in enumerate(self._in_region(self._supports, act), 1):
            typed |= {(f"S{item:02d}", code): row[code] for code in ASKED if row[code]}
        self._hand_in(desk, act, typed)

    def _hand_in(self, desk: Desk, act: StoryRow, typed: Mapping[tuple[str, str], str]) -> None:
        """A head types, says that it is finished, and saves."""
        signed = {
            ("", "status"): "submitted",
            ("", "submitter"): act["actor"],
            ("", "submitted_on"): act["at"][:10],
        }
        self._type(desk, act["region"], {**typed, **signed})

    def _in_region(self, rows: list[StoryRow], act: StoryRow) -> list[StoryRow]:
        lines = {line.code for line in self.inputs.plan.lines_of(act["region"])}
        return [row for row in rows if row["line"] in lines]

    def _type(self, desk: Desk, region: str, said: Mapping[tuple[str, str], str]) -> None:
        """Type into a region's cells as a person does, and save."""
        book = desk.book()
        reading = read(book, self.inputs, self.language)
        cells = {}
        for (row, code), words in said.items():
            cell = reading.typed[region, row or None, code]
            value: Value = float(words) if code in NUMBERS else words
            cells[cell.spot] = Cell(as_typed(cell, value, reading.places))
        book.set(reading.places.tabs[cell.sheet], cells)
        book.save()

    def _lock(self, desk: Desk, act: StoryRow) -> None:
        report = lock(desk, [act["region"]])
        if report.refused:
            raise DataProblems([problem for _, problems in report.refused for problem in problems])

    def _answer(self, desk: Desk, act: StoryRow) -> None:
        """The HR business partner has talked with the head that day."""
        handle_objection(
            desk,
            act["region"],
            act["line"],
            note=act["reason"],
            held=dt.date.fromisoformat(act["at"][:10]),
            present=f"{self.inputs.plan.region(act['region']).head.name}, {act['actor']}",
            outcome=act["value"],
            hours=_hours(act),
        )

    def _decide(self, desk: Desk, act: StoryRow) -> None:
        """The superior grants supports in the tab, then decides."""
        asked = enumerate(self._in_region(self._supports, act), 1)
        self._type(desk, act["region"], {(f"S{item:02d}", "granted"): row["granted"] for item, row in asked})
        kind, _, counter = act["value"].partition(" ")
        value = float(counter) if counter else None
        decide(desk, act["region"], act["line"], kind, counter=value, reason=act["reason"], hours=_hours(act))

    @property
    def _actuals(self) -> Traversable:
        """The file of daily results."""
        return self.folder.joinpath(RESULTS)

    def _follow(self, desk: Desk, act: StoryRow) -> None:
        results = read_actuals(self._actuals, self.inputs.plan)
        follow(desk, results, dt.date.fromisoformat(act["value"]))

    def _survey(self, desk: Desk, act: StoryRow) -> None:
        survey(desk, read_responses(self.folder.joinpath(act["value"]), self.inputs.plan))


def _hours(act: StoryRow) -> float:
    return float(act["hours"] or 0)
