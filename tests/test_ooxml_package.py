"""Files that come in: what is opened, and what is refused before it can do harm."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter

from targetcal_xl.ooxml import limits
from targetcal_xl.ooxml.package import Package
from targetcal_xl.problems import Refused
from targetcal_xl.workbook.engines.closed import open_closed
from tests.support import office
from tests.support.books import changed_parts, parts_of, rich_book

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return rich_book(tmp_path / "plan.xlsx")


def _refusal(path: Path) -> str:
    """The code of the refusal, whose sentences must be there and name the file."""
    with pytest.raises(Refused) as refused:
        book = open_closed(path)
        for sheet in book.sheets:
            book.grid(sheet)
    (problem,) = refused.value.problems
    for language in ("en", "zh-CN"):
        assert problem.sentence(language).startswith(path.name)
    return problem.code


def _zipped(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_not_workbook"),
        (b"name,target\n", "file_not_workbook"),
        (_OLE + "Workbook".encode("utf-16-le"), "file_old_xls"),
        (_OLE + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
    ],
)
def test_what_is_no_package_is_named(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(content)
    assert _refusal(path) == code


def test_an_old_workbook_that_libreoffice_wrote_is_named(path: Path) -> None:
    assert _refusal(office.convert(path, "xls")) == "file_old_xls"


def test_other_documents_in_a_zip_are_no_workbooks(tmp_path: Path, path: Path) -> None:
    assert _refusal(_zipped(tmp_path / "a.xlsx", {"a.txt": b"a"})) == "file_not_workbook"
    assert _refusal(changed_parts(path, {"xl/workbook.xml": None})) == "file_not_workbook"
    assert _refusal(office.convert(rich_book(tmp_path / "b.xlsx"), "ods")) == "file_not_workbook"


def test_a_file_that_is_not_there_and_a_folder_are_named(tmp_path: Path) -> None:
    assert _refusal(tmp_path / "none.xlsx") == "file_missing"
    assert _refusal(tmp_path) == "file_unreadable"


@pytest.mark.parametrize(
    ("limit", "code"), [("MOST_UNPACKED", "file_too_big"), ("MOST_PARTS", "file_much_parts")]
)
def test_a_package_that_would_unpack_to_too_much_is_not_unpacked(
    path: Path, limit: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, limit, 8)
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    assert _refusal(path) == code


def test_a_bomb_is_refused_by_what_it_says_it_holds(path: Path) -> None:
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02")
    data[at + 24 : at + 28] = ((1 << 30) + 1).to_bytes(4, "little")
    path.write_bytes(data)
    assert _refusal(path) == "file_too_big"


def test_a_bomb_that_lies_about_its_size_is_damaged(path: Path) -> None:
    sheet = b"<worksheet>" + b" " * 100_000 + b"</worksheet>"
    data = changed_parts(path, {"xl/worksheets/sheet1.xml": sheet}).read_bytes()
    path.write_bytes(data.replace(len(sheet).to_bytes(4, "little"), (99).to_bytes(4, "little")))
    assert _refusal(path) == "file_damaged"


def test_a_document_type_is_refused(path: Path) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "cccc"><!ENTITY d "&b;&b;">]><worksheet>&d;</worksheet>'
    assert _refusal(changed_parts(path, {"xl/worksheets/sheet1.xml": bomb})) == "file_doctype"


def test_a_part_that_is_missing_or_broken_is_named(tmp_path: Path) -> None:
    for name in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"):
        path = rich_book(tmp_path / "missing.xlsx")
        assert _refusal(changed_parts(path, {name: None})) == "file_part_missing"
        assert _refusal(changed_parts(rich_book(path), {name: b"<a>"})) == "file_damaged"


def test_a_part_with_flipped_bits_is_damaged(path: Path) -> None:
    with zipfile.ZipFile(path) as file:
        info = file.getinfo("xl/worksheets/sheet1.xml")
    data = bytearray(path.read_bytes())
    data[info.header_offset + 200] ^= 255
    path.write_bytes(data)
    assert _refusal(path) == "file_damaged"


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "name", ["xl/workbook.xml", "XL/Workbook.XML", "xl\\workbook.xml", "/xl/workbook.xml"]
)
def test_two_parts_of_one_name_are_refused(path: Path, name: str) -> None:
    with zipfile.ZipFile(path, "a") as file:
        file.writestr(name, parts_of(path)["xl/workbook.xml"])
    assert _refusal(path) == "file_twice"


def test_a_zip_with_a_password_is_encrypted(path: Path) -> None:
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)
    assert _refusal(path) == "file_encrypted"


def test_a_workbook_with_macros_is_opened_and_keeps_them(tmp_path: Path, path: Path) -> None:
    macros = bytes(range(256))
    book = open_closed(changed_parts(path, {"xl/vbaProject.bin": macros}, tmp_path / "plan.xlsm"))
    book.protect(book.sheets[0], None)
    book.save()
    assert parts_of(book.path)["xl/vbaProject.bin"] == macros


@pytest.fixture
def package() -> Package:
    raw = BytesIO()
    with xlsxwriter.Workbook(raw) as workbook:
        workbook.add_worksheet()
    return Package(raw.getvalue(), "plan.xlsx")


def _parts(raw: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(raw)) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_what_is_not_well_formed_never_gets_into_a_package(package: Package) -> None:
    with pytest.raises(Refused):
        package.write("xl/workbook.xml", b"<a>")
    assert not package.changed


def test_a_changed_part_is_packed_in_its_place_each_time(package: Package) -> None:
    before = _parts(package.raw)
    package.write("xl/workbook.xml", b"<a><b/></a>")
    for _ in range(2):
        after = _parts(package.packed())
        assert list(after) == list(before)
        assert after == {**before, "xl/workbook.xml": b"<a><b/></a>"}
    assert package.read("xl/styles.xml") == before["xl/styles.xml"]


def test_a_part_changed_back_is_no_change(package: Package) -> None:
    package.write("xl/workbook.xml", b"<a/>")
    package.write("xl/workbook.xml", _parts(package.raw)["xl/workbook.xml"])
    assert not package.changed
