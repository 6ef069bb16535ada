"""The form in which a plan is filled in with a spreadsheet program: its sheets, and what is asked on each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Literal, get_args

from ..calibration.vocabulary import (
    DIRECTIONS,
    EFFECTS,
    KINDS,
    TRIGGERS,
    WEIGHTS,
    CopiedTo,
    Distance,
    MissingDays,
    RobotKind,
    Split,
)
from ..language import LANGUAGES, find, text
from .tables import normal

ItemKind = Literal["text", "number", "whole", "day", "period", "choice"]

PEOPLE: Final = ("head", "superior", "hrbp", "deputy")
"""The people of a region, by what the plan file calls them."""


@dataclass(frozen=True)
class Item:
    """Something that is asked: where the plan file says it, and what may be answered."""

    path: tuple[str, ...]
    kind: ItemKind = "text"
    needed: bool = False
    many: bool = False
    """Whether several may stand in the cell, one after the other."""
    choices: Mapping[str, object] = field(default_factory=dict)
    """Codes of what there is to choose from, and what the plan file says for each."""
    of: str = ""
    """The sheets one of which has what is named here; the first has it as a rule."""
    begins: str = ""
    """The section that begins with it."""

    @property
    def code(self) -> str:
        """What it is called among those of its sheet."""
        return ".".join(self.path)

    def word(self, said: Any, language: str) -> str:
        """How a choice of the plan file is told."""
        meant = (said, EFFECTS.get(said))
        code = next(code for code, value in self.choices.items() if value in meant)
        return text(f"connect.form.choice.{code}", language)

    def words(self, language: str) -> tuple[str, ...]:
        """Everything that there is to choose from."""
        return tuple(text(f"connect.form.choice.{code}", language) for code in self.choices)

    def chosen(self, said: str) -> object | None:
        """What the plan file says for a choice in any language, or its code; None where there is no such."""
        plain = normal(said).casefold()
        for code, value in self.choices.items():
            told = (text(f"connect.form.choice.{code}", language) for language in LANGUAGES)
            if plain in (code, *(each.casefold() for each in told)):
                return value
        return None


@dataclass(frozen=True)
class FormSheet:
    """A sheet of the form: rows with a column for each item, or one item below the other."""

    code: str
    items: tuple[Item, ...]
    is_table: bool = True
    needed: bool = True
    rows: int = 200
    """For how many rows help and lists of choices are laid."""
    known_by: str = "name"
    """The item by which other sheets name a row, beside its code."""

    def item(self, code: str) -> Item:
        """The item of this code; raise KeyError where there is none."""
        return {one.code: one for one in self.items}[code]

    def name(self, language: str) -> str:
        """What its tab is called."""
        return text(f"connect.form.sheet.{self.code}", language)

    def caption(self, item: Item, language: str) -> str:
        """What is asked, in a few words."""
        return captions(self.code, item.code, language)[0]

    def help(self, item: Item, language: str) -> str:
        """What it means and how it is written; empty where the caption says all."""
        code = f"person.{item.path[-1]}" if _is_persons(item.path) else f"{self.code}.{item.code}"
        return find(f"connect.form.help.{code}", language) or ""

    def meant(self, said: str) -> Item | None:
        """The item that a caption means, in any language."""
        plain = normal(said).rstrip("*: ").casefold()
        return next((one for one in self.items if plain in _known_captions(self.code, one.code)), None)

    def is_meant(self, tab: str) -> bool:
        """Whether a tab is this sheet, in any language."""
        return normal(tab).casefold() in (self.code, *(self.name(one).casefold() for one in LANGUAGES))


@cache
def captions(sheet: str, code: str, language: str) -> tuple[str, ...]:
    """How an item may be called; the first is how we do."""
    *owner, last = code.split(".")
    if sheet in (HISTORY.code, READINGS.code):
        said = text(f"connect.heading.{code}", language)
    elif _is_persons((*owner, last)):
        role, what = text(f"connect.form.role.{owner[0]}", language), f"connect.form.person.{last}"
        said = text("connect.form.person", language, role=role, what=text(what, language))
    else:
        said = text(f"connect.form.{sheet}.{code}", language)
    first, *others = said.split(" | ")
    return first[:1].upper() + first[1:], *others


@cache
def _known_captions(sheet: str, code: str) -> frozenset[str]:
    told = (each for language in LANGUAGES for each in captions(sheet, code, language))
    return frozenset([code, *(normal(each).casefold() for each in told)])


def _is_persons(path: tuple[str, ...]) -> bool:
    return path[0] in PEOPLE


def _codes(codes: tuple[str, ...]) -> Mapping[str, object]:
    return {code: code for code in codes}


def _person(role: str, needed: bool) -> Iterator[Item]:
    yield Item((role, "name"), needed=needed)
    yield Item((role, "mail"))


def _care(role: str) -> Iterator[Item]:
    """What is seldom known of a person."""
    yield Item((role, "employee"))
    yield Item((role, "robot"), of="robots")


_LIMITS = (Item(("low",), "number"), Item(("high",), "number"), Item(("locked",), "number"))
_EFFECT = {code: code for code in EFFECTS.values()}
_WAY = {code: sign for sign, code in DIRECTIONS.items()}

PLAN: Final = FormSheet(
    "plan",
    (
        Item(("company",), needed=True, begins="company"),
        Item(("period",), "period", needed=True),
        Item(("hq_target",), "number", needed=True),
        Item(("code",)),
        Item(("metric", "name"), needed=True, begins="metric"),
        Item(("metric", "unit")),
        Item(("metric", "definition"), needed=True),
        Item(("metric", "kind"), "choice", choices=_codes(KINDS)),
        Item(("metric", "direction"), "choice", choices=_WAY),
        Item(("metric", "step"), "number"),
        Item(("metric", "distance"), "choice", choices=_codes(get_args(Distance))),
        Item(("metric", "code")),
        Item(("deadlines",), "day", many=True, begins="dates"),
        Item(("milestones",), "day", many=True),
        Item(("calendar", "country")),
        Item(("calendar", "work"), "day", many=True),
        Item(("calendar", "closed"), "day", many=True),
        Item(("missing_days",), "choice", choices=_codes(get_args(MissingDays))),
        Item(("last_period", "consensus_days"), "number", begins="last_period"),
        Item(("last_period", "coordination_hours"), "number"),
        Item(("last_period", "agreement_pct"), "number"),
        Item(("last_period", "agreement_mean"), "number"),
        Item(("last_period", "attainment_pct"), "number"),
        Item(("thresholds", "objection"), "number", begins="rules"),
        Item(("thresholds", "confidence"), "number"),
        Item(("thresholds", "milestone"), "number"),
        Item(("thresholds", "warning_days"), "whole"),
        Item(("thresholds", "warning_odds"), "number"),
        Item(("thresholds", "survey_minimum"), "whole"),
        Item(("thresholds", "hq_tolerance"), "number"),
        Item(("split",), "choice", choices=_codes(get_args(Split))),
        Item(("weights",), "choice", choices=_codes(WEIGHTS)),
        Item(("triggers",), "choice", many=True, choices=_codes(TRIGGERS)),
        Item(("notices", "before"), "whole", many=True, begins="notices"),
        Item(("notices", "after"), "whole", many=True),
        Item(("notices", "escalate"), "whole"),
        Item(("letters", "copies"), "choice", many=True, choices=_codes(get_args(CopiedTo))),
        Item(("letters", "folder")),
        Item(("letters", "keep_years"), "whole"),
    ),
    is_table=False,
)
REGIONS: Final = FormSheet(
    "regions",
    (
        Item(("name",), needed=True),
        Item(("code",)),
        *_person("head", needed=True),
        *_person("superior", needed=True),
        *_person("hrbp", needed=True),
        *_person("deputy", needed=False),
        Item(("group",), of="groups"),
        *_LIMITS,
        *(item for role in PEOPLE for item in _care(role)),
    ),
)
LINES: Final = FormSheet(
    "lines",
    (
        Item(("name",), needed=True),
        Item(("region",), needed=True, of="regions"),
        Item(("code",)),
        Item(("volume",), "number"),
        Item(("group",), of="groups"),
        *_LIMITS,
    ),
    rows=2000,
)
HISTORY: Final = FormSheet(
    "history",
    (
        Item(("line",), needed=True, of="lines"),
        Item(("period",), needed=True),
        Item(("value",), needed=True),
        Item(("one_off",)),
        Item(("note",)),
    ),
    rows=10_000,
)
DRIVERS: Final = FormSheet(
    "drivers",
    (
        Item(("name",), needed=True),
        Item(("code",)),
        Item(("weight",), "number", needed=True),
        Item(("direction",), "choice", choices=_EFFECT),
        Item(("lag",), "whole"),
    ),
    needed=False,
)
INDICATORS: Final = FormSheet(
    "indicators",
    (
        Item(("name",), needed=True),
        Item(("driver",), needed=True, of="drivers"),
        Item(("share",), "number", needed=True),
        Item(("unit",)),
        Item(("direction",), "choice", choices=_EFFECT),
        Item(("code",)),
    ),
    needed=False,
)
READINGS: Final = FormSheet(
    "readings",
    (
        Item(("line",), needed=True, of="lines"),
        Item(("indicator",), needed=True, of="indicators"),
        Item(("reference",), needed=True),
        Item(("now",), needed=True),
        Item(("period",)),
        Item(("note",)),
    ),
    needed=False,
    rows=10_000,
)
GROUPS: Final = FormSheet(
    "groups",
    (Item(("name",), needed=True), Item(("code",)), Item(("parent",), of="groups regions"), *_LIMITS),
    needed=False,
)
ROBOTS: Final = FormSheet(
    "robots",
    (
        Item(("code",), needed=True),
        Item(("kind",), "choice", needed=True, choices=_codes(get_args(RobotKind))),
    ),
    needed=False,
    known_by="code",
)
DIGEST: Final = FormSheet(
    "digest",
    (
        Item(("name",), needed=True),
        Item(("mail",)),
        Item(("robot",), of="robots"),
        Item(("employee",)),
    ),
    needed=False,
)

SHEETS: Final = (PLAN, REGIONS, LINES, HISTORY, DRIVERS, INDICATORS, READINGS, GROUPS, ROBOTS, DIGEST)
"""The sheets of the form, in their order."""
NUMBERED: Final = {"regions": "R", "lines": "", "drivers": "D", "indicators": "", "groups": "G"}
"""Sheets whose rows are numbered where they have no code: how that begins, if not by what they are of."""
