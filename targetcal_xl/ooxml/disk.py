"""The file on disk: who has it open, and putting a new one in its place at once."""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..log import step
from ..problems import Problem, Refused

_LOG = logging.getLogger(__name__)

MOST_BYTES = 256 << 20
"""No plan's file is larger."""

LEFTOVER = ".targetcal-"
"""How the name of a file begins that is to take another's place."""
_SUFFIX = ".tmp"


@step(_LOG, "read a file")
def read_file(path: Path) -> bytes:
    """The file's bytes; raise Refused where there is no file we can read."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Refused([Problem("file_too_big", path.name, {"most": MOST_BYTES >> 20})])
        return path.read_bytes()
    except FileNotFoundError as error:
        raise Refused([Problem("file_missing", path.name)]) from error
    except OSError as error:
        raise Refused([Problem("file_unreadable", path.name, {"detail": error.strerror})]) from error


def owner_file(path: Path) -> Path | None:
    """The file by which Excel, WPS or LibreOffice says that it has this one open."""
    places = (path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#"))
    return next((place for place in places if place.exists()), None)


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Put `after` in place of `before`, wholly or not at all.

    Raise Refused where an application has the file open or somebody changed it meanwhile.
    """
    with laid_beside(path, after) as new:
        refuse_taken(path, before)
        put_in_place(new, path)


@contextmanager
def laid_beside(path: Path, content: bytes) -> Iterator[Path]:
    """A new file beside one that it may replace, safe on the disk; gone again afterwards unless it has.

    Raise Refused where there is no room for it, or no leave to write.
    """
    new = path.resolve().with_name(_beside(path) + secrets.token_hex(4) + _SUFFIX)
    try:
        with new.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        new.unlink(missing_ok=True)
        raise Refused([_not_written(path, error)]) from error
    try:
        yield new
    finally:
        new.unlink(missing_ok=True)


@step(_LOG, "put a file in place")
def put_in_place(new: Path, path: Path) -> None:
    """Let a file take another's name; raise Refused where the system does not let it."""
    path = path.resolve()
    try:
        if path.exists():
            shutil.copymode(path, new)
        new.replace(path)
    except PermissionError as error:
        raise Refused([Problem("file_locked", path.name)]) from error
    except OSError as error:
        raise Refused([_not_written(path, error)]) from error
    _sync_folder(path.parent)


def _not_written(path: Path, error: OSError) -> Problem:
    if not path.parent.is_dir():
        return Problem("file_nowhere", path.name, {"folder": path.parent})
    return Problem("file_not_written", path.name, {"detail": error.strerror})


def write_file(path: Path, content: bytes) -> None:
    """Write a file wholly or not at all, and take away what a killed writer left of it.

    Raise Refused when the system does not let it.
    """
    clear_leftovers(path)
    with laid_beside(path, content) as new:
        put_in_place(new, path)


def refuse_taken(path: Path, before: bytes) -> None:
    """Raise Refused where an application has the file open, or somebody saved it since it held this."""
    path = path.resolve()
    refuse_open(path)
    if read_file(path) != before:
        raise Refused([Problem("file_changed_meanwhile", path.name)])


def make_folder(folder: Path) -> None:
    """Make a folder and those that it is in, unless they are there; raise Refused when the system says no."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused([Problem("folder_not_made", str(folder), {"detail": error.strerror})]) from error


def clear_leftovers(path: Path) -> None:
    """Take away what a killed writer of this file left beside it; nobody may be writing it now."""
    for left in path.resolve().parent.glob(f"{_beside(path)}*{_SUFFIX}"):
        with suppress(OSError):
            left.unlink()


def _beside(path: Path) -> str:
    """How the names of files begin that are to replace this one; short, as names may be as long as may be."""
    return f"{LEFTOVER}{hashlib.sha256(path.name.encode()).hexdigest()[:12]}-"


def refuse_open(path: Path) -> None:
    """Raise Refused, with the person's name, where an application has the file open."""
    place = owner_file(path)
    if place is None:
        return
    who = _owner(place)
    fields = {"who": who, "lock": place.name}
    raise Refused([Problem("file_open_elsewhere" if who else "file_open_unknown", path.name, fields)])


def _owner(place: Path) -> str:
    """Who an owner file names: LibreOffice writes `name,login,host,...;`, Excel a 165-byte record."""
    with suppress(OSError, UnicodeDecodeError):
        raw = place.read_bytes()
        if place.name.startswith(".~lock."):
            names = raw.decode().split(",")
            return next((name.strip() for name in names[:2] if name.strip()), "")
        return raw[57 : 57 + 2 * raw[55]].decode("utf-16-le") if len(raw) > 57 else ""
    return ""


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
