"""plan.toml: read, checked and turned into a Plan, or all that is wrong with it told at once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from importlib.resources.abc import Traversable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ..calibration import composed
from ..calibration.plan import Plan
from ..problems import DataProblems, Problem
from .decoding import decode
from .plan_checks import plan_faults
from .plan_hints import plan_table, shape_meant, word_meant
from .plan_schema import FILE, PlanPlace, PlanWords
from .plan_tree import tree_faults
from .stated import source_faults


def read_plan_file(source: Traversable) -> Plan:
    """The plan of a plan.toml; raise DataProblems with every fault in it."""
    return plan_meant(plan_words(source))


def plan_words(source: Traversable) -> dict[str, Any]:
    """What a plan.toml says, table by table; raise DataProblems where it is not there, or no TOML."""
    if not source.is_file():
        raise DataProblems([Problem("csv_missing_file", FILE)])
    try:
        return tomllib.loads(composed(decode(source)))
    except tomllib.TOMLDecodeError as error:
        raise DataProblems([Problem("plan_syntax", FILE, {"said": error})]) from error
    except RecursionError as error:
        raise DataProblems([Problem("plan_deep", FILE)]) from error


def plan_meant(words: Mapping[str, Any]) -> Plan:
    """The plan that tables of words mean; raise DataProblems with every fault, each with its `PlanPlace`."""
    try:
        said = PlanWords.model_validate(words)
    except ValidationError as error:
        raise DataProblems([_problem(fault) for fault in error.errors()]) from error
    if problems := plan_faults(said):
        raise DataProblems(problems)
    found = said.plan
    if faults := [*tree_faults(found), *source_faults(found)]:
        raise DataProblems([Problem(code, PlanPlace(*place), fields) for place, code, fields in faults])
    return found


def default_word(path: Sequence[str]) -> Any:
    """What holds where a plan file says nothing at a path of names; None where nothing does."""
    found = plan_table(path[:-1]).model_fields[path[-1]]
    return None if found.is_required() else found.get_default(call_default_factory=True)


_CODES = {
    "missing": "plan_missing",
    "extra": "plan_unknown_key",
    "literal": "plan_choice",
    "greater": "plan_too_small",
    "less": "plan_too_big",
    "string": "plan_text",
    "float": "plan_number",
    "int": "plan_number",
    "finite": "plan_number",
    "date": "plan_date",
    "value": "plan_period",
}
"""First word of a pydantic error type -> our sentence; others are a table or list in the wrong place."""


_EXACT_CODES = {
    "string_pattern_mismatch": "plan_pattern",
    "too_short": "plan_too_few",
    "too_long": "plan_too_many",
}


_HINTS: Mapping[str, Callable[[Sequence[str]], tuple[str, Mapping[str, str]]]] = {
    "plan_unknown_key": word_meant,
    "plan_shape": shape_meant,
}
"""What names of a place tell further: a code that says more, with its fields."""


def _problem(fault: ErrorDetails) -> Problem:
    """One pydantic fault in our words, with its place as the file counts it."""
    said, limits = fault["input"], fault.get("ctx", {})
    bounds = ("gt", "ge", "lt", "le", "min_length", "max_length", "expected")
    fields = {
        "key": fault["loc"][-1],
        "value": said if isinstance(said, str | int | float) else "…",
        "limit": next((limits[name] for name in bounds if name in limits), ""),
    }
    kind = fault["type"]
    code = _EXACT_CODES.get(kind) or _CODES.get(kind.split("_", 1)[0], "plan_shape")
    names = [part for part in fault["loc"] if isinstance(part, str)]
    if code in _HINTS:
        code, hint = _HINTS[code](names)
        fields |= hint
    return Problem(code, PlanPlace(*fault["loc"]), fields)
