"""The worksheet functions that we offer: their names, arguments and help, and how one is answered."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from .. import log
from ..language import text
from ..problems import Problem
from .ranges import READERS, ArgumentKind, ErrorValue, RangeValue, Unanswerable, grid_of, is_left_out

SpilledRows = Sequence[Sequence[RangeValue | ErrorValue]]
"""The rows that a function gives; more than one cell spill over the neighbours."""

Offered = Callable[..., list[list[RangeValue]]]


@dataclass(frozen=True)
class Argument:
    """One argument: `name` is what a formula's help shows, `kind` the shape of range it takes."""

    function: str
    name: str
    kind: ArgumentKind
    optional: bool

    def help(self, language: str) -> str:
        """What to give here, in one sentence."""
        if self.kind == "Cells":
            return text("excel.argument.again", language)
        return text(f"excel.argument.{self.name}", language)


@dataclass(frozen=True)
class Function:
    """One worksheet function; every face answers it through `answer`."""

    name: str
    arguments: tuple[Argument, ...]
    body: Callable[..., SpilledRows]

    def help(self, language: str) -> str:
        """What it gives, in a sentence or two."""
        return text(f"excel.function.{self.name}", language)

    def answer(self, cells: Sequence[object]) -> SpilledRows:
        """The function's rows for the cells of its arguments, None for one that is left out.

        Raise Unanswerable with every fault of the arguments at once.
        """
        given, errors = {}, list[ErrorValue]()
        if len(cells) > len(self.arguments):
            fields = {"function": self.name, "most": len(self.arguments)}
            errors.append(ErrorValue("#VALUE!", Problem("udf_too_many", "", fields)))
        for argument, found in zip(self.arguments, [*cells, *[None] * len(self.arguments)], strict=False):
            grid = grid_of(found)
            if not is_left_out(grid, argument.kind, argument.optional):
                try:
                    given[argument.name] = READERS[argument.kind](argument.name, grid)
                except Unanswerable as error:
                    errors += error.errors
            elif not argument.optional:
                errors.append(ErrorValue("#VALUE!", Problem("udf_missing", argument.name)))
        if errors:
            raise Unanswerable(errors)
        return self.body(**given)


FUNCTIONS: dict[str, Function] = {}
"""Every function by its name, in the order of the steps of a calibration."""


def function(body: Callable[..., SpilledRows]) -> Offered:
    """Offer a function under its own name; the types of its arguments say what they take.

    What comes back takes and gives plain cells.
    """
    parameters = inspect.signature(body).parameters.values()
    name = body.__name__
    arguments = tuple(
        Argument(name, item.name, _kind(item), item.default is not item.empty) for item in parameters
    )
    FUNCTIONS[name] = Function(name, arguments, body)

    def called(*cells: object) -> list[list[RangeValue]]:
        return computed(name, cells)

    called.__name__, called.__doc__ = name, body.__doc__
    return called


def _kind(parameter: inspect.Parameter) -> ArgumentKind:
    """The shape an argument takes, from its type; what may be None is that or left out."""
    return cast(ArgumentKind, str(parameter.annotation).partition(" | ")[0])


def computed(name: str, cells: Sequence[object]) -> list[list[RangeValue]]:
    """The answer in cells: faults are error values, which TC_WHY gives the reasons for."""
    if name not in FUNCTIONS:
        return [["#NAME?"]]
    try:
        block = FUNCTIONS[name].answer(cells)
    except Unanswerable as error:
        return [[error.errors[0].error]]
    except Exception as error:
        log.unexpected(error, name)
        return [["#VALUE!"]]
    return [[_shown(cell) for cell in row] for row in block]


def _shown(cell: RangeValue | ErrorValue) -> RangeValue:
    """A cell of an answer as a sheet holds it; it has no numbers without end."""
    if isinstance(cell, ErrorValue):
        return cell.error
    return "#NUM!" if isinstance(cell, float) and not math.isfinite(cell) else cell


def reasons(name: str, cells: Sequence[object], language: str) -> list[str]:
    """Why a function gives error values for these cells, one sentence each; none where it gives none."""
    if name not in FUNCTIONS:
        return [Problem("udf_unknown", "", {"said": name, "known": [*FUNCTIONS]}).sentence(language)]
    try:
        block = FUNCTIONS[name].answer(cells)
    except Unanswerable as error:
        found = list(error.errors)
    except Exception as error:
        found = [ErrorValue("#VALUE!", log.unexpected(error, name))]
    else:
        found = [cell for row in block for cell in row if isinstance(cell, ErrorValue)]
    return [f"{error.error} {error.problem.sentence(language)}" for error in found]
