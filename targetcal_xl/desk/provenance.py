"""Whose words an entry holds: who typed them, who submitted them, and who recorded them.

What a region says is taken in by somebody else, so its entries name all three: `actor` recorded them, and
`reason` says in words who submitted and who typed. Whoever acts in person submits their own words, typed by
the account that `source` names. Nobody can know who typed into a tab.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from ..calibration import Value
from ..language import LANGUAGES, text
from ..ledger import Entry

_TAKEN_IN = ("lock", "comment")
"""Actions that record what somebody else handed in."""
IN_TAB = ", tab"
"""Ends the source of what was typed in the workbook and not in the command."""


@dataclass(frozen=True)
class Provenance:
    """Who typed an entry's words, empty where nobody can know; who submitted them; who recorded them."""

    typed: str
    submitted: str
    recorded: str


def handed_in(submitted: str, typed: str, language: str) -> str:
    """The reason of an entry with words that somebody submitted; `typed` is empty for a tab's."""
    if typed:
        return text("actions.lock.handed_in", language, name=submitted, typed=typed)
    return text("actions.lock.signed", language, name=submitted)


def provenance(entry: Entry) -> Provenance:
    """Whose words an entry holds, by its actor, source and reason."""
    if entry.action in _TAKEN_IN and (said := _said(entry.reason)):
        return Provenance(said.get("typed", ""), said["name"], entry.actor)
    typed = "" if entry.source.endswith(IN_TAB) else _account(entry.source) or entry.actor
    return Provenance(typed, entry.actor, entry.actor)


def whose(entry: Entry) -> Mapping[str, Value]:
    """Who typed and who submitted an entry's words, by column."""
    found = provenance(entry)
    return {"typed": found.typed or None, "submitted_by": found.submitted}


def _account(source: str) -> str:
    """By whose account something was done in another's name: what ends the source, in brackets."""
    found = re.search(r" \((.*)\)$", source, re.DOTALL)
    return found[1] if found else ""


def _said(reason: str) -> Mapping[str, str]:
    """The names in a reason that `handed_in` made, in any language; none where it did not make it."""
    found = (form.fullmatch(reason) for form in _forms())
    return next((match.groupdict() for match in found if match), {})


@cache
def _forms() -> tuple[re.Pattern[str], ...]:
    """How `handed_in` says it, the longer form first: the shorter one takes in whatever follows a name."""
    return tuple(_patterns())


def _patterns() -> Iterator[re.Pattern[str]]:
    for code, names in (("handed_in", ("name", "typed")), ("signed", ("name",))):
        for language in LANGUAGES:
            marks = {name: f"\0{name}\0" for name in names}
            form = re.escape(text(f"actions.lock.{code}", language, **marks))
            for name, mark in marks.items():
                form = form.replace(re.escape(mark), f"(?P<{name}>.*?)")
            yield re.compile(form, re.DOTALL)
