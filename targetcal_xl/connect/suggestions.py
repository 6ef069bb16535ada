"""What a company suggests when something is warned of: `suggestions.toml` beside its books."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from typing import Final, get_args

from ..calibration import SuggestionRule
from ..calibration.vocabulary import CauseCode
from ..problems import DataProblems, Problem

SUGGESTIONS: Final = "suggestions.toml"
RULE_FIELDS: Final = ("share", "line", "region", "odds", "expected", "agreed", "day")
"""What may stand in braces in a suggestion."""
CAUSES: Final[tuple[CauseCode, ...]] = get_args(CauseCode)
_KEYS: Final = ("when", "below", "say", "who")
_MOST, _LONGEST = 200, 500


def read_suggestions(source: Traversable) -> tuple[SuggestionRule, ...]:
    """The rules of a file; none where there is no file. Raise DataProblems with every fault of it."""
    if not source.is_file():
        return ()
    try:
        said = tomllib.loads(source.read_text("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise DataProblems([Problem("suggestions_syntax", source.name, {"said": str(error)})]) from error
    if problems := [*_faults(said, source.name)]:
        raise DataProblems(problems)
    return tuple(SuggestionRule(**rule) for rule in said.get("rules", ()))


def _faults(said: dict[str, object], name: str) -> Iterator[Problem]:
    rules = said.get("rules", [])
    for key in said.keys() - {"rules"}:
        yield Problem("suggestions_key", name, {"value": key, "known": ["[[rules]]"]})
    if not isinstance(rules, list) or len(rules) > _MOST:
        yield Problem("suggestions_shape", name, {"most": _MOST})
        return
    for number, rule in enumerate(rules, 1):
        where = f"{name}, rules {number}"
        if isinstance(rule, dict):
            yield from (Problem(code, where, fields) for code, fields in _rule_faults(rule))
        else:
            yield Problem("suggestions_shape", where, {"most": _MOST})


def _rule_faults(rule: dict[str, object]) -> Iterator[tuple[str, dict[str, object]]]:
    for key in rule.keys() - {*_KEYS}:
        yield "suggestions_key", {"value": key, "known": [*_KEYS]}
    if rule.get("when") not in CAUSES:
        yield "suggestions_when", {"value": str(rule.get("when", "")), "known": [*CAUSES]}
    below = rule.get("below", 1.0)
    if isinstance(below, bool) or not isinstance(below, int | float) or not 0 < below <= 10:
        yield "suggestions_below", {"value": str(below)}
    say, who = rule.get("say"), rule.get("who", "")
    if not isinstance(say, str) or not say.strip() or len(say) > _LONGEST:
        yield "suggestions_say", {"most": _LONGEST}
    elif wrong := _unknown(say):
        yield "suggestions_field", {"value": wrong, "known": [f"{{{one}}}" for one in RULE_FIELDS]}
    if not isinstance(who, str) or len(who) > _LONGEST:
        yield "suggestions_who", {}


def _unknown(say: str) -> str:
    """What stands in braces and may not; empty where all may."""
    try:
        parts = [*string.Formatter().parse(say)]
    except ValueError:
        return say
    odd = (
        name
        for _, name, form, turn in parts
        if name is not None and (name not in RULE_FIELDS or form or turn)
    )
    return next((f"{{{name}}}" for name in odd), "")
