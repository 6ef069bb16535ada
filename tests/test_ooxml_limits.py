"""Small files that would fill the memory are refused before they do."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from targetcal_xl.ooxml import limits
from targetcal_xl.ooxml.cells import Cell
from targetcal_xl.problems import Refused
from targetcal_xl.workbook.engines.closed import open_closed
from tests.support.bare import MAIN, bare, parts, sheet

_SHEET, _STRINGS, _BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"


def _strings(inner: str) -> dict[str, bytes]:
    return {_STRINGS: f'<sst xmlns="{MAIN}">{inner}</sst>'.encode()}


def _names() -> dict[str, bytes]:
    more = b"".join(b'<definedName name="n%d">1</definedName>' % number for number in range(60))
    return {_BOOK: parts()[_BOOK].replace(b"</definedNames>", more + b"</definedNames>")}


_CELLS = "<row>" + "<c><v>1</v></c>" * 40 + "</row>"
_BOMBS: dict[str, tuple[str, int, str, Callable[[], dict[str, bytes]]]] = {
    "cells": ("MOST_CELLS", 100, "file_much_cells", lambda: {_SHEET: sheet(_CELLS * 3)}),
    "blank cells": ("MOST_CELLS", 100, "file_much_cells", lambda: {_SHEET: sheet("<row><c/></row>" * 120)}),
    "strings": ("MOST_STRINGS", 50, "file_much_strings", lambda: _strings("<si/>" * 60)),
    "text of strings": ("MOST_TEXT", 100, "file_much_text", lambda: _strings("<si><t>aaaa</t></si>" * 60)),
    "text of cells": (
        "MOST_TEXT", 100, "file_much_text", lambda: {_SHEET: sheet("<row><c><f>A1+A2</f></c></row>" * 60)},
    ),
    "one text": (
        "MOST_IN_TEXT", 300_000, "file_much_text",
        lambda: {_SHEET: sheet(f"<row><c t='str'><v>{'x' * 600_000}</v></c></row>")},
    ),
    "names": ("MOST_ELEMENTS", 50, "file_much_elements", _names),
    "comments": ("MOST_ELEMENTS", 50, "file_much_elements", lambda: {_SHEET: sheet("<!-- -->" * 60)}),
    "depth of a sheet": (
        "MOST_DEPTH", 20, "file_much_depth", lambda: {_SHEET: sheet(after="<a>" * 30 + "</a>" * 30)},
    ),
    "depth of an extension": (
        "MOST_DEPTH", 20, "file_much_depth",
        lambda: {_SHEET: sheet("<row><extLst>" + "<a>" * 30 + "</a>" * 30 + "</extLst></row>")},
    ),
    "depth of a string": (
        "MOST_DEPTH", 20, "file_much_depth", lambda: _strings("<si>" + "<r>" * 30 + "</r>" * 30 + "</si>"),
    ),
    "attributes": (
        "MOST_IN_TAG", 200_000, "file_much_tag",
        lambda: {_SHEET: sheet("<row " + " ".join(f'a{number}=""' for number in range(60_000)) + "/>")},
    ),
    "bytes of a part": ("MOST_IN_PART", 1 << 20, "file_too_big", lambda: {_SHEET: sheet(" " * (1 << 21))}),
    "bytes of a package": ("MOST_UNPACKED", 1 << 20, "file_too_big", lambda: {"x.bin": bytes(1 << 21)}),
    "parts": ("MOST_PARTS", 20, "file_much_parts", lambda: {f"{number}.bin": b"" for number in range(30)}),
}  # fmt: skip


@pytest.mark.parametrize("bomb", _BOMBS)
def test_more_than_a_plan_could_need_is_refused_by_what_it_is(
    bomb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit, most, code, held = _BOMBS[bomb]
    path = bare(tmp_path / "bomb.xlsx", parts() | held())
    _use(path)
    monkeypatch.setattr(limits, limit, most)
    with pytest.raises(Refused) as refused:
        _use(path)
    (problem,) = refused.value.problems
    assert problem.code == code
    assert all(problem.sentence(language).startswith("bomb.xlsx") for language in ("en", "zh-CN"))


def _use(path: Path) -> None:
    book = open_closed(path)
    assert book.names
    book.grid("Tab")


def test_an_array_over_the_whole_sheet_costs_no_more_than_its_cells(tmp_path: Path) -> None:
    row = (
        '<row r="1"><c r="A1"><f t="array" ref="A1:XFD1048576">1</f><v>1</v></c><c r="C1"><v>1</v></c></row>'
    )
    path = bare(tmp_path / "plan.xlsx", parts(row))
    whole = ((1, 1), (1_048_576, 16_384))
    assert open_closed(path).grid("Tab") == {(1, 1): Cell(1.0, "1", whole), (1, 3): Cell(1.0, "1", whole)}


def test_limits_leave_room_for_the_largest_plan() -> None:
    new, each_round = 1_920_000, 330_000
    assert new + 6 * each_round <= limits.MOST_CELLS


@pytest.mark.parametrize("limit", ["MOST_CELLS", "MOST_TEXT", "MOST_IN_PART", "MOST_UNPACKED"])
def test_what_could_not_be_read_again_is_not_written(
    limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = bare(tmp_path / "plan.xlsx", parts(_CELLS))
    before, book = path.read_bytes(), open_closed(path)
    book.grid("Tab")
    sizes = [len(data) for data in _unpacked(path)]
    held = {"MOST_CELLS": 40, "MOST_TEXT": 1000, "MOST_IN_PART": max(sizes), "MOST_UNPACKED": sum(sizes)}
    monkeypatch.setattr(limits, limit, held[limit])
    with pytest.raises(Refused) as refused:
        book.set("Tab", {(9, column): Cell("plan" * 20) for column in range(1, 40)})
        with book.prepared():
            pytest.fail("it was ready to be written")
    assert refused.value.problems[0].code.startswith(("file_much_", "file_too_big"))
    assert path.read_bytes() == before


def _unpacked(path: Path) -> list[bytes]:
    with zipfile.ZipFile(path) as file:
        return [file.read(name) for name in file.namelist()]
