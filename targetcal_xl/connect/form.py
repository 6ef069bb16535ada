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
    SOURCE_KINDS,
    TRIGGERS,
    WEIGHTS,
    CopiedTo,
    Distance,
    MissingDays,
    RobotKind,
    SourceTurn,
    Split,
)
from ..language import LANGUAGES, find, text
from .spelt import normal

ItemKind = Literal["text", "number", "whole", "day", "period", "choice"]

PEOPLE: Final = ("head", "superior", "hrbp", "deputy")
"""The people of a region, by what the plan file calls them."""


@dataclass(frozen=True)
class FormItem:
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
    is_amount: bool = False
    """Whether it counts in the metric's unit."""

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
    items: tuple[FormItem, ...]
    is_table: bool = True
    needed: bool = True
    rows: int = 200
    """For how many rows help and lists of choices are laid."""
    known_by: str = "name"
    """The item by which other sheets name a row, beside its code."""

    def item(self, code: str) -> FormItem:
        """The item of this code; raise KeyError where there is none."""
        return {one.code: one for one in self.items}[code]

    def name(self, language: str) -> str:
        """What its tab is called."""
        return text(f"connect.form.sheet.{self.code}", language)

    def caption(self, item: FormItem, language: str) -> str:
        """What is asked, in a few words."""
        return captions(self.code, item.code, language)[0]

    def help(self, item: FormItem, language: str) -> str:
        """What it means and how it is written; empty where the caption says all."""
        code = f"person.{item.path[-1]}" if _is_persons(item.path) else f"{self.code}.{item.code}"
        return find(f"connect.form.help.{code}", language) or ""

    def meant(self, said: str) -> FormItem | None:
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


def _person(role: str, needed: bool) -> Iterator[FormItem]:
    yield FormItem((role, "name"), needed=needed)
    yield FormItem((role, "mail"))


def _care(role: str) -> Iterator[FormItem]:
    """What is seldom known of a person."""
    yield FormItem((role, "employee"))
    yield FormItem((role, "robot"), of="robots")


_LIMITS = tuple(FormItem((name,), "number", is_amount=True) for name in ("low", "high", "locked"))
_EFFECT = {code: code for code in EFFECTS.values()}
_WAY = {code: sign for sign, code in DIRECTIONS.items()}

PLAN: Final = FormSheet(
    "plan",
    (
        FormItem(("company",), needed=True, begins="company"),
        FormItem(("period",), "period", needed=True),
        FormItem(("hq_target",), "number", needed=True, is_amount=True),
        FormItem(("code",)),
        FormItem(("metric", "name"), needed=True, begins="metric"),
        FormItem(("metric", "unit")),
        FormItem(("metric", "definition"), needed=True),
        FormItem(("metric", "kind"), "choice", choices=_codes(KINDS)),
        FormItem(("metric", "direction"), "choice", choices=_WAY),
        FormItem(("metric", "step"), "number", is_amount=True),
        FormItem(("metric", "distance"), "choice", choices=_codes(get_args(Distance))),
        FormItem(("metric", "code")),
        FormItem(("deadlines",), "day", many=True, begins="dates"),
        FormItem(("milestones",), "day", many=True),
        FormItem(("calendar", "country")),
        FormItem(("calendar", "work"), "day", many=True),
        FormItem(("calendar", "closed"), "day", many=True),
        FormItem(("missing_days",), "choice", choices=_codes(get_args(MissingDays))),
        FormItem(("days", "idle"), "number"),
        FormItem(("days", "period_end"), "number"),
        FormItem(("days", "month_end"), "number"),
        FormItem(("last_period", "consensus_days"), "number", begins="last_period"),
        FormItem(("last_period", "coordination_hours"), "number"),
        FormItem(("last_period", "agreement_pct"), "number"),
        FormItem(("last_period", "agreement_mean"), "number"),
        FormItem(("last_period", "attainment_pct"), "number"),
        FormItem(("thresholds", "objection"), "number", begins="rules"),
        FormItem(("thresholds", "confidence"), "number"),
        FormItem(("thresholds", "milestone"), "number"),
        FormItem(("thresholds", "warning_days"), "whole"),
        FormItem(("thresholds", "warning_odds"), "number"),
        FormItem(("thresholds", "survey_minimum"), "whole"),
        FormItem(("thresholds", "hq_tolerance"), "number"),
        FormItem(("split",), "choice", choices=_codes(get_args(Split))),
        FormItem(("ratchet_limit",), "number"),
        FormItem(("weights",), "choice", choices=_codes(WEIGHTS)),
        FormItem(("triggers",), "choice", many=True, choices=_codes(TRIGGERS)),
        FormItem(("notices", "before"), "whole", many=True, begins="notices"),
        FormItem(("notices", "after"), "whole", many=True),
        FormItem(("notices", "escalate"), "whole"),
        FormItem(("letters", "copies"), "choice", many=True, choices=_codes(get_args(CopiedTo))),
        FormItem(("letters", "folder")),
        FormItem(("letters", "keep_years"), "whole"),
        FormItem(("trust", "stamps")),
    ),
    is_table=False,
)
REGIONS: Final = FormSheet(
    "regions",
    (
        FormItem(("name",), needed=True),
        FormItem(("code",)),
        *_person("head", needed=True),
        *_person("superior", needed=True),
        *_person("hrbp", needed=True),
        *_person("deputy", needed=False),
        FormItem(("group",), of="groups"),
        *_LIMITS,
        *(item for role in PEOPLE for item in _care(role)),
    ),
)
LINES: Final = FormSheet(
    "lines",
    (
        FormItem(("name",), needed=True),
        FormItem(("region",), needed=True, of="regions"),
        FormItem(("code",)),
        FormItem(("volume",), "number"),
        FormItem(("group",), of="groups"),
        *_LIMITS,
    ),
    rows=2000,
)
HISTORY: Final = FormSheet(
    "history",
    (
        FormItem(("line",), needed=True, of="lines"),
        FormItem(("period",), needed=True),
        FormItem(("value",), needed=True),
        FormItem(("one_off",)),
        FormItem(("note",)),
    ),
    rows=10_000,
)
DRIVERS: Final = FormSheet(
    "drivers",
    (
        FormItem(("name",), needed=True),
        FormItem(("code",)),
        FormItem(("weight",), "number", needed=True),
        FormItem(("direction",), "choice", choices=_EFFECT),
        FormItem(("lag",), "whole"),
    ),
    needed=False,
)
INDICATORS: Final = FormSheet(
    "indicators",
    (
        FormItem(("name",), needed=True),
        FormItem(("driver",), needed=True, of="drivers"),
        FormItem(("share",), "number", needed=True),
        FormItem(("unit",)),
        FormItem(("direction",), "choice", choices=_EFFECT),
        FormItem(("code",)),
    ),
    needed=False,
)
READINGS: Final = FormSheet(
    "readings",
    (
        FormItem(("line",), needed=True, of="lines"),
        FormItem(("indicator",), needed=True, of="indicators"),
        FormItem(("reference",), needed=True),
        FormItem(("now",), needed=True),
        FormItem(("period",)),
        FormItem(("note",)),
    ),
    needed=False,
    rows=10_000,
)
GROUPS: Final = FormSheet(
    "groups",
    (
        FormItem(("name",), needed=True),
        FormItem(("code",)),
        FormItem(("parent",), of="groups regions"),
        *_LIMITS,
    ),
    needed=False,
)
ROBOTS: Final = FormSheet(
    "robots",
    (
        FormItem(("code",), needed=True),
        FormItem(("kind",), "choice", needed=True, choices=_codes(get_args(RobotKind))),
    ),
    needed=False,
    known_by="code",
)
DIGEST: Final = FormSheet(
    "digest",
    (
        FormItem(("name",), needed=True),
        FormItem(("mail",)),
        FormItem(("robot",), of="robots"),
        FormItem(("employee",)),
    ),
    needed=False,
)

SHARES: Final = FormSheet(
    "shares",
    (FormItem(("day",), "day", needed=True), FormItem(("share",), "number", needed=True)),
    needed=False,
    known_by="day",
)

POSTS: Final = FormSheet(
    "posts",
    (
        FormItem(("line",), of="lines"),
        FormItem(("region",), of="regions"),
        FormItem(("name",)),
        FormItem(("heads",), "number"),
        FormItem(("start",), "day"),
        FormItem(("ramp",), "number"),
        FormItem(("end",), "day"),
        FormItem(("output",), "number", is_amount=True),
    ),
    needed=False,
)

SOURCES: Final = FormSheet(
    "sources",
    (
        FormItem(("kind",), "choice", needed=True, choices=_codes(SOURCE_KINDS)),
        FormItem(("address",), needed=True),
        FormItem(("query",)),
        FormItem(("map",), many=True),
        FormItem(("when",), "choice", choices=_codes(get_args(SourceTurn))),
    ),
    needed=False,
    known_by="address",
)

SHEETS: Final = (
    *(PLAN, REGIONS, LINES, HISTORY, DRIVERS, INDICATORS, READINGS),
    *(GROUPS, POSTS, ROBOTS, DIGEST, SHARES, SOURCES),
)
"""The sheets of the form, in their order."""
INSIDE: Final = {DIGEST.code: ("notices", DIGEST.code), SHARES.code: ("days", SHARES.code)}
"""Sheets whose rows the plan file has within another table."""
NUMBERED: Final = {"regions": "R", "lines": "", "drivers": "D", "indicators": "", "groups": "G"}
"""Sheets whose rows are numbered where they have no code: how that begins, if not by what they are of."""
