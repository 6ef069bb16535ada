"""The archive of a changed file: as any zip program writes it, with what stays copied as it was packed."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.ooxml import archive
from targetcal_xl.ooxml.package import Package
from targetcal_xl.problems import Refused
from tests.support.books import rich_book

_NAMES = st.lists(st.text("aé中/.", min_size=1, max_size=9), unique=True, max_size=5)
_KINDS = st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])


def _info(name: str, kind: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (2026, 11, 27, 8, 9, 10))
    info.compress_type, info.create_system = kind, 3
    return info


@given(_NAMES, _KINDS, st.binary(max_size=300))
def test_an_archive_is_what_pythons_own_library_writes(names: list[str], kind: int, data: bytes) -> None:
    theirs = BytesIO()
    with zipfile.ZipFile(theirs, "w") as target:
        for name in names:
            target.writestr(_info(name, kind), data)
    assert archive.joined([archive.packed(_info(name, kind), data) for name in names]) == theirs.getvalue()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A book packed harder than we would, by a program that says sizes after the content."""
    path = rich_book(tmp_path / "plan.xlsx")
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    with (
        path.open("wb") as raw,
        zipfile.ZipFile(cast(IO[bytes], _Pipe(raw)), "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file,
    ):
        for name, data in parts.items():
            file.writestr(name, data)
    return path


class _Pipe:
    """A file that cannot be gone back in."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw

    def write(self, data: bytes) -> int:
        return self._raw.write(data)

    def flush(self) -> None:
        self._raw.flush()


def _streams(raw: bytes) -> dict[str, bytes]:
    """What each entry holds, as it is packed."""
    with zipfile.ZipFile(BytesIO(raw)) as file:
        infos = file.infolist()
        assert file.testzip() is None
    return {info.filename: archive.copied(info, raw).data for info in infos}


def test_a_part_that_stays_keeps_the_bytes_that_it_was_packed_in(path: Path) -> None:
    package = Package(path.read_bytes(), path.name)
    package.write("xl/workbook.xml", b"<a/>")
    before, after = _streams(package.raw), _streams(package.packed())
    assert {name for name in before if before[name] != after[name]} == {"xl/workbook.xml"}


def test_what_is_damaged_is_not_copied_into_the_new_file(path: Path) -> None:
    name = "docProps/app.xml"
    held = _streams(path.read_bytes())[name]
    raw = path.read_bytes().replace(held, held[:9] + bytes([held[9] ^ 255]) + held[10:])
    package = Package(raw, path.name)
    package.write("xl/workbook.xml", b"<a/>")
    with pytest.raises(Refused) as refused:
        package.packed()
    assert [(one.code, name in one.where) for one in refused.value.problems] == [("file_damaged", True)]
