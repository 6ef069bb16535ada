"""Text that goes into letters, refused where it is typed when no letter could print it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..calibration import DECLINED, JUSTIFICATION, Person, Plan, Value
from ..letters import unprinted
from ..problems import Found, Problem
from ..workbook import Typed
from .stock import Stock
from .taken_in import where

_PRINTED = frozenset(
    [
        *(*JUSTIFICATION, "what", "unit", "decision_reason", "granted_reason", "owner", DECLINED),
        *(f"region.{code}" for code in ("head", "superior", "hrbp")),
    ]
)
"""People's fields that a letter says; others may hold any text."""
_FILE = "plan.toml"


def text_faults(place: str, value: Value) -> Iterator[Problem]:
    """A problem for a text with characters that letters cannot show."""
    if isinstance(value, str) and (signs := unprinted(value)):
        yield Problem("text_unprintable", place, {"characters": signs})


def cell_faults(stock: Stock, cells: Iterable[Typed]) -> Iterator[Problem]:
    """The same for what people typed into cells that letters print, by cell."""
    for cell in cells:
        if cell.key[2] in _PRINTED and not cell.has_formula:
            yield from text_faults(where(stock, cell), cell.value)


def plan_faults(plan: Plan) -> list[Problem]:
    """The same for the names and captions of a plan."""
    return list(Found(problem for place, said in _said(plan) for problem in text_faults(place, said)))


def _said(plan: Plan) -> Iterator[tuple[str, str]]:
    """What letters print of a plan, by where its file says it."""
    yield f"{_FILE}, company", plan.company
    for name in ("name", "definition", "unit"):
        yield f"{_FILE}, metric.{name}", getattr(plan.metric, name)
    for region in plan.regions:
        yield f"{_FILE}, regions {region.code}, name", region.name
        people: dict[str, Person] = {"head": region.head, "superior": region.superior, "hrbp": region.hrbp}
        yield from (
            (f"{_FILE}, regions {region.code}, {code}.name", one.name) for code, one in people.items()
        )
    yield from ((f"{_FILE}, lines {line.code}, name", line.name) for line in plan.lines)
    yield from ((f"{_FILE}, drivers {driver.code}, name", driver.name) for driver in plan.drivers)
