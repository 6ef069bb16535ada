"""Files that travel beside what a region is handed: in a folder of its name, or in a zip as a mail has it."""

from __future__ import annotations

import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from lzma import LZMAError
from pathlib import Path, PurePosixPath
from typing import Final

from ..ooxml import read_file
from ..problems import Problem, Refused

ENDING: Final = ".files"
"""What the folder is called behind the name of what it goes with; a zip has its own ending besides."""
ZIPPED: Final = f"{ENDING}.zip"
_MOST: Final = 200
"""So many files go with one answer at most."""
_MOST_ZIPPED: Final = 64_000_000
_LISTED: Final = b"PK\x01\x02"
_MOST_LISTED: Final = 20_000
"""More entries, also those of office files within, nobody's zip lists."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_NOT_THEIRS: Final = (".", "~$", "thumbs.db", "desktop.ini")
"""How names of files begin that programs put there."""
_UTF8: Final = 0x800
_ENCRYPTED: Final = 0x1


@dataclass(frozen=True)
class Enclosed:
    """A file that came with an answer: its name and size, and how to read it."""

    name: str
    size: int
    read: Callable[[], bytes]
    """Raises Refused where it cannot be read."""


def same_name(name: str) -> str:
    """A file's name as it is compared: systems spell the same one differently."""
    return unicodedata.normalize("NFC", name).casefold()


def enclosed_beside(path: Path, names: Iterable[str]) -> list[Enclosed]:
    """The files that lie beside an answer, in a folder or zip called as one of these.

    Raise Refused for a zip that cannot be read, and for more files than anybody means.
    """
    found: list[Enclosed] = []
    for name in dict.fromkeys(names):
        folder, zipped = path.with_name(name + ENDING), path.with_name(name + ZIPPED)
        found += _in_folder(folder) if folder.is_dir() else ()
        found += _in_zip(zipped) if zipped.is_file() else ()
    if len(found) > _MOST:
        raise Refused([Problem("enclosed_many", path.name, {"most": _MOST})])
    return found


def zip_of(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files; the same for the same ones."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def unzipped(content: bytes) -> Iterator[bytes]:
    """What is in the files of a zip that `zip_of` made."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        yield from map(archive.read, archive.namelist())


def _in_folder(folder: Path) -> Iterator[Enclosed]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and _is_theirs(path.name):
            name = unicodedata.normalize("NFC", path.name)
            yield Enclosed(name, path.stat().st_size, partial(read_file, path))


def _in_zip(path: Path) -> Iterator[Enclosed]:
    if path.stat().st_size > _MOST_ZIPPED or (raw := read_file(path)).count(_LISTED) > _MOST_LISTED:
        raise Refused([Problem("enclosed_big", path.name, {"most": _MOST_ZIPPED // 1_000_000})])
    try:
        held = zipfile.ZipFile(BytesIO(raw)).infolist()
    except (ValueError, NotImplementedError, zipfile.BadZipFile) as error:
        raise Refused([Problem("enclosed_damaged", path.name)]) from error
    for entry in held:
        place = PurePosixPath(_named(entry).replace("\\", "/"))
        if not entry.is_dir() and _is_theirs(place.name) and place.parts[:1] != ("__MACOSX",):
            name = unicodedata.normalize("NFC", place.name)
            yield Enclosed(name, entry.file_size, partial(_unpacked, path, entry))


def _named(entry: zipfile.ZipInfo) -> str:
    """An entry's name: many programs write Chinese ones without saying how they are spelt."""
    if entry.flag_bits & _UTF8:
        return entry.filename
    spelt = entry.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return spelt.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _unpacked(path: Path, entry: zipfile.ZipInfo) -> bytes:
    """What is in an entry, and no more of it than it says."""
    if entry.flag_bits & _ENCRYPTED:
        raise Refused([Problem("enclosed_encrypted", path.name)])
    try:
        with zipfile.ZipFile(path) as archive, archive.open(entry) as held:
            return held.read(entry.file_size)
    except (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error, LZMAError) as error:
        raise Refused([Problem("enclosed_damaged", path.name)]) from error


def _is_theirs(name: str) -> bool:
    return bool(name) and not name.casefold().startswith(_NOT_THEIRS)
