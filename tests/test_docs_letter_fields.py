"""The page that HR works from names every field that a template may use, and no other."""

from __future__ import annotations

import re

from targetcal_xl.letters import fields
from tests.support.letters import sample_letter
from tests.support.source import ROOT

_ROW = re.compile(r"^\| (`[^|]+) \| ([^|]+) \|$", re.M)
_PAGE = (ROOT / "docs" / "letter-fields.md").read_text("utf-8")


def _codes(said: str) -> set[str]:
    return set(re.findall(r"`(\w+)`", said))


def _section(title: str) -> list[tuple[str, str]]:
    return _ROW.findall(_PAGE.split(f"## {title}\n")[1].split("\n## ")[0])


def test_the_page_lists_every_field_of_a_letter() -> None:
    said = fields(sample_letter(), "en")
    listed = set().union(*(_codes(names) for names, _ in _section("Fields of the letter")))
    assert listed == {name for name, value in said.items() if isinstance(value, str)}


def test_the_page_lists_every_field_of_every_list() -> None:
    said = fields(sample_letter(), "en")
    listed = {names.strip("`"): _codes(row) for names, row in _section("Lists")}
    listed["decisions"] = listed["lines"]
    assert listed == {name: set(rows[0]) for name, rows in said.items() if not isinstance(rows, str)}
