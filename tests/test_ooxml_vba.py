"""A VBA project is what we say it is to whoever reads it: olefile, olevba and pyOpenVBA."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

import olefile
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyopenvba import ExcelFile

from targetcal_xl.buttons import macros
from targetcal_xl.ooxml import Module
from targetcal_xl.ooxml.compound import Tree, compound_file
from targetcal_xl.ooxml.vba import vba_project
from targetcal_xl.ooxml.vba_packing import compress
from tests.support.macros import book_with
from tests.support.olevba import decompress, modules_of

_NAMES = st.text(st.sampled_from("abcXYZ019_区𠮷"), min_size=1, max_size=12)
_STREAMS = st.dictionaries(_NAMES, st.binary(max_size=9000), max_size=9)
_MODULES = (
    Module("ThisWorkbook", "workbook"),
    *(Module(f"Sheet{number}", "sheet") for number in range(9)),
    *macros("zh-CN").modules[1:],
)


def _read(raw: bytes) -> dict[str, bytes]:
    """Every stream by its path, as olefile reads it, which here finds fault with any defect."""
    with olefile.OleFileIO(BytesIO(raw), raise_defects=olefile.DEFECT_UNSURE) as file:
        return {"/".join(path): file.openstream(path).read() for path in file.listdir()}


def _flat(tree: Tree, above: str = "") -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for name, held in tree.items():
        found |= _flat(held, f"{above}{name}/") if isinstance(held, Mapping) else {above + name: held}
    return found


@given(_STREAMS, _STREAMS)
@example({}, {})
@example({"small": b"x" * 4095, "large": b"y" * 4096}, {"": b""})
@example({f"stream {number}": bytes([number]) * 600 for number in range(90)}, {"huge": b"z" * 200_000})
def test_a_compound_file_holds_its_streams(outer: dict[str, bytes], inner: dict[str, bytes]) -> None:
    tree: Tree = {**outer, "a storage": {name: data for name, data in inner.items() if name}}
    assert _read(compound_file(tree)) == _flat(tree)


def test_a_compound_file_is_refused_where_its_table_would_overflow() -> None:
    assert _read(compound_file({"most": b"x" * 6_800_000}))
    with pytest.raises(ValueError, match="second table"):
        compound_file({"more": b"x" * 7_200_000})


@given(st.sets(st.text(st.sampled_from("aBc1_区"), min_size=1, max_size=5), max_size=40))
@example({"only"})
def test_every_name_of_a_storage_is_found_by_searching_its_tree(names: set[str]) -> None:
    """Sorted by length, then capital letters; a red-black tree (MS-CFB sections 2.6.4 and 2.6.1)."""
    names = {name.upper() for name in names}
    with olefile.OleFileIO(BytesIO(compound_file(dict.fromkeys(names, b"")))) as file:
        root = file.direntries[0]
        assert all(_search(file.direntries, root.sid_child, name) for name in names)
        if names:
            assert file.direntries[root.sid_child].color == _BLACK
            assert len(set(_black_heights(file.direntries, root.sid_child))) == 1


_BLACK, _NOBODY = 1, olefile.NOSTREAM


def _search(entries: list[olefile.OleDirectoryEntry], at: int, name: str) -> bool:
    if at == _NOBODY:
        return False
    here = entries[at].name
    if here == name:
        return True
    is_left = (len(name), name) < (len(here), here)
    return _search(entries, entries[at].sid_left if is_left else entries[at].sid_right, name)


def _black_heights(entries: list[olefile.OleDirectoryEntry], at: int, red: bool = False) -> Iterator[int]:
    """Black entries above every end of the tree; no red entry stands under another."""
    if at == _NOBODY:
        yield 0
        return
    is_red = entries[at].color != _BLACK
    assert not (red and is_red)
    for below in (entries[at].sid_left, entries[at].sid_right):
        yield from (height + (not is_red) for height in _black_heights(entries, below, is_red))


@given(
    st.text(st.sampled_from("ab \r\n"), max_size=9000)
    | st.text(st.characters(max_codepoint=127), max_size=5000)
)
@example("")
@example("x" * 4096 + "y")
@example("ab" * 20_000)
def test_what_is_compressed_is_read_back(text: str) -> None:
    assert decompress(compress(text.encode("ascii"))) == text.encode("ascii")


def test_source_is_squeezed_to_less_than_half() -> None:
    source = next(module for module in _MODULES if module.name == "xlwings").source.encode()
    assert len(compress(source)) < len(source) / 2


def test_olevba_reads_every_module_back() -> None:
    assert modules_of(vba_project(_MODULES)) == {module.name: module.source for module in _MODULES}


def test_pyopenvba_reads_every_module_back_and_finds_no_fault(tmp_path: Path) -> None:
    path = book_with(macros("zh-CN"), tmp_path / "book.xlsm")
    with ExcelFile(path) as book:
        assert book.validate() == []
        held = book.vba_modules()
    assert [str(held[module.name]) for module in macros("zh-CN").modules] == [
        module.source for module in macros("zh-CN").modules
    ]


def test_equal_modules_give_equal_bytes_and_others_do_not() -> None:
    assert vba_project(_MODULES) == vba_project(list(_MODULES))
    assert vba_project(_MODULES) != vba_project(_MODULES[:-1])


def test_no_compiled_code_is_claimed() -> None:
    assert _read(vba_project(_MODULES))["VBA/_VBA_PROJECT"] == bytes.fromhex("cc61ffff00 0000")


def test_text_that_is_not_ascii_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        vba_project([Module("ThisWorkbook", "workbook", "' 目标\n")])


@pytest.mark.parametrize(
    ("module", "source"),
    [
        (Module("A", "standard", "Sub B()\nEnd Sub"), 'Attribute VB_Name = "A"\r\nSub B()\r\nEnd Sub\r\n'),
        (
            Module("A", "standard", 'Attribute VB_Name = "Other"\r\nDim B\r\n'),
            'Attribute VB_Name = "A"\r\nDim B\r\n',
        ),
        (Module("A", "standard"), 'Attribute VB_Name = "A"\r\n'),
    ],
)
def test_a_module_goes_by_its_own_name_with_one_kind_of_line_end(module: Module, source: str) -> None:
    assert module.source == source


def test_a_class_keeps_its_description_and_loses_the_editor_s_heading() -> None:
    head = "VERSION 1.0 CLASS\nBEGIN\n  MultiUse = -1  'True\nEND\n"
    said = 'Attribute VB_Name = "Old"\nAttribute VB_Exposed = True\nAttribute VB_Description = "what it is"\n'
    source = Module("New", "class", f"{head}{said}Option Explicit\n").source.splitlines()
    assert "Attribute VB_Exposed = True" in source
    assert source[-2:] == ['Attribute VB_Description = "what it is"', "Option Explicit"]
    assert not any("VERSION" in line or "Old" in line for line in source)
