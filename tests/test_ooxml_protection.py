"""Locked cells and passwords: what others read there, and what stays as it was."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.ooxml.cells import Spot
from targetcal_xl.ooxml.protection import (
    SPINS,
    RandomWord,
    has_password,
    opens,
    password_hash,
    protecting,
)
from targetcal_xl.workbook.engines.closed import ClosedBook, open_closed
from tests.support import office
from tests.support.books import OTHER, TAB, as_openpyxl, parts_of, rich_book
from tests.support.validator import sound
from tests.support.xllint import lint


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rich_book(tmp_path_factory.mktemp("books") / "计划 plan.xlsx")


@pytest.fixture
def path(made: Path, tmp_path: Path) -> Path:
    copy = tmp_path / made.name
    copy.write_bytes(made.read_bytes())
    return copy


@given(
    locks=st.lists(
        st.tuples(st.sampled_from([(2, 1), (1, 1), (2, 2), (4, 4), (25, 8), (50, 50)]), st.booleans())
    )
)
def test_locks_are_what_was_said_last_and_formats_keep_everything_else(
    locks: list[tuple[Spot, bool]], made: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "locked.xlsx"
    path.write_bytes(made.read_bytes())
    book = open_closed(path)
    for spot, locked in locks:
        book.lock_cells(TAB, [spot], locked)
    book.save()
    sheet, before = as_openpyxl(path)[TAB], as_openpyxl(made)[TAB]
    for (row, column), locked in dict(locks).items():
        cell, old = sheet.cell(row, column), before.cell(row, column)
        assert cell.protection.locked is locked or (not cell.has_style and locked)
        for kept in ("font", "fill", "border", "alignment", "number_format"):
            assert repr(getattr(cell, kept)) == repr(getattr(old, kept))
        assert cell.protection.hidden == old.protection.hidden
    assert lint(path) == []


def test_an_empty_cell_is_locked_in_the_format_of_its_column(path: Path) -> None:
    book = open_closed(path)
    book.lock_cells(TAB, [(25, 6)], True)
    book.save()
    sheet = as_openpyxl(path)[TAB]
    assert (sheet["F25"].protection.locked, sheet["F25"].fill.fgColor.rgb) == (True, "FFFFF2CC")


def test_locking_back_and_forth_adds_each_format_once(path: Path) -> None:
    book = open_closed(path)
    for locked in (True, False) * 5:
        book.lock_cells(TAB, [(2, 1), (2, 2), (1, 1), (6, 4)], locked)
    book.save()
    counts = [len(as_openpyxl(one)._cell_styles) for one in (rich_book(path.with_name("a.xlsx")), path)]
    assert counts[1] - counts[0] <= 2 * 4
    formats = parts_of(path)["xl/styles.xml"].split(b"<cellXfs")[1].split(b"<xf ")
    assert all((b"<protection" in one) <= (b'applyProtection="1"' in one) for one in formats)
    assert sound(path)


def test_a_password_protects_and_keeps_the_liberties_that_were_given(path: Path) -> None:
    book = open_closed(path)
    assert not book.is_protected(TAB)
    for sheet in book.sheets:
        book.protect(sheet, "密码 1")
    book.save()
    again = open_closed(path)
    assert all(again.is_protected(sheet) and again.verify_password(sheet, "密码 1") for sheet in again.sheets)
    assert not again.verify_password(TAB, "密码 2")
    protection = as_openpyxl(path)[TAB].protection
    assert (protection.sheet, protection.sort, protection.formatColumns, protection.formatRows) == (
        True,
        False,
        False,
        True,
    )
    assert sound(path)


def test_one_salt_and_one_hash_serve_all_sheets_of_a_book(path: Path) -> None:
    book = open_closed(path)
    for sheet in book.sheets:
        book.protect(sheet, "geheim")
    book.save()
    hashes = re.findall(r'hashValue="[^"]+" saltValue="[^"]+"', str(parts_of(path)))
    assert len(hashes) == 2
    assert len(set(hashes)) == 1


def test_protecting_again_with_the_same_password_changes_nothing(path: Path) -> None:
    book = open_closed(path)
    book.protect(TAB, "geheim")
    book.save()
    before = path.read_bytes()
    again = open_closed(path)
    again.protect(TAB, "geheim")
    again.save()
    assert path.read_bytes() == before


def test_a_protection_without_a_password_is_only_a_courtesy(path: Path) -> None:
    book = open_closed(path)
    book.protect(TAB, "geheim")
    book.protect(TAB, None)
    assert not book.is_protected(TAB)
    assert not book.verify_password(TAB, "geheim")
    book.save()
    assert as_openpyxl(path)[TAB].protection.sheet
    assert sound(path)


def test_libreoffice_reads_the_protection_and_keeps_the_password(path: Path) -> None:
    book = open_closed(path)
    book.protect(TAB, "密码 1")
    book.save()
    again: ClosedBook = open_closed(office.convert(path, "xlsx"))
    assert again.verify_password(TAB, "密码 1")
    assert not again.verify_password(TAB, "geheim")
    assert not again.is_protected(OTHER)


# LibreOffice let this password, and no other, unprotect a sheet with this salt and hash.
_PASSWORD, _SALT = "密码 1", bytes(range(16))
_HASH = "APiTqxCaMTh/1WIH/v/PYEb0Dof8cEdBPWxHM6l9pVwF0KXIzYDgC/0AVpqnrI0kpP2VI26sp3go+13VsVSU7w=="


def test_the_hash_is_the_one_that_an_office_program_accepts() -> None:
    assert base64.b64encode(password_hash(_PASSWORD, _SALT)).decode() == _HASH


@pytest.mark.parametrize(
    ("changed", "is_open"),
    [
        ({}, True),
        ({"spinCount": "99999"}, False),
        ({"spinCount": "many"}, False),
        ({"spinCount": "4294967295"}, False),
        ({"algorithmName": "MD4"}, False),
        ({"hashValue": "?"}, False),
        ({"hashValue": ""}, False),
        ({"saltValue": ""}, False),
    ],
)
def test_a_password_opens_its_own_hash_only(changed: dict[str, str], is_open: bool) -> None:
    marks = protecting({}, _PASSWORD, _SALT) | changed
    assert opens(_PASSWORD, marks) is is_open
    assert not opens(_PASSWORD + " ", marks)


def test_only_a_word_that_somebody_chose_is_spun_for_long() -> None:
    chosen, made = protecting({}, _PASSWORD, _SALT), protecting({}, RandomWord("q7W-2xd_T9sLb0Zk"), _SALT)
    assert int(made["spinCount"]) < int(chosen["spinCount"]) == SPINS
    assert opens("q7W-2xd_T9sLb0Zk", made)
    assert not opens(_PASSWORD, made)


def test_a_protection_that_is_switched_off_asks_for_nothing() -> None:
    marks = protecting({}, _PASSWORD, _SALT)
    assert has_password(marks)
    assert not has_password(marks | {"sheet": "0"})
    assert has_password({"sheet": "1", "password": "CC1A"})
