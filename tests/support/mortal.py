"""What is left when a process is killed, or finds the disk full, at any write of files or database.

An action runs once. At each write it stands still: its folder is noted, which is all that would remain of a
process killed there; and copies of the process go on for which the disk is full, once or from then on: in
both ways at the first write of a kind, at every few after it in one way or the other. While SQLite writes
page after page, it stands still at the first and at every few after it, as putting pages back is SQLite's
own affair. `make explore` stands still at each, and tries each in both ways.
"""

from __future__ import annotations

import builtins
import ctypes
import errno
import gc
import io
import multiprocessing
import os
import pickle
import shutil
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any, Final, Literal

from coverage import Coverage

from targetcal_xl.problems import TargetcalError
from tests.support.exploring import explores

_NOBODY = 65534

Ending = Literal["killed", "full once", "full", "saved"]
_FULL: Final[tuple[Ending, Ending]] = ("full once", "full")
_PAGE: Final = "SQLite:pwrite64"
_PAGES: Final = 8
"""Of how many pages in a row it stands still at one, unless it explores."""
_ALIKE: Final = 4
"""Of how many writes of a kind the disk is full at one, unless it explores."""
Left = Mapping[str, str]
"""The files of a folder: name -> hash of the content."""


@dataclass(frozen=True)
class Point:
    """A write at which something happened, and what it left."""

    write: str
    ending: Ending
    left: Left
    told: tuple[str, ...] = ()
    """The codes of what a person was told, where the disk was full."""


@dataclass(frozen=True)
class Crashes:
    """An action, interrupted at each of its writes."""

    before: Left
    points: tuple[Point, ...]
    after: Left
    """What it leaves when nothing happens."""
    contents: Mapping[str, bytes]

    def killed(self) -> list[Left]:
        """What a process leaves that is killed; of writes of a database in a row only the last, unless all
        is explored."""
        left = [one.left for one in self.points if one.ending == "killed"]
        return [[*those][-1] for _, those in groupby(left, dict if explores() else _but_for_pages)]

    def lay(self, left: Left, folder: Path) -> Path:
        """Make a folder hold what was left, and nothing else."""
        shutil.rmtree(folder, ignore_errors=True)
        for name, content in left.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(self.contents[content])
        return folder


def _but_for_pages(left: Left) -> Mapping[str, str]:
    """What was left, but for what a database and its journal hold."""
    return {name: "" if is_database(name) else content for name, content in left.items()}


def is_database(name: str) -> bool:
    """Whether a file is a ledger, or its journal."""
    return ".ledger.sqlite" in name


def crashes(
    folder: Path,
    action: Callable[[], object],
    meanwhile: Callable[[], object] | None = None,
    fills: bool = True,
) -> Crashes:
    """Everything that can become of a folder when an action is interrupted at a write in it.

    Where something happens `meanwhile`, it does so at each write, and the disk has room; as it has unless it
    `fills`. Raise AssertionError when it ends in anything but words for a person.
    """
    with tempfile.TemporaryDirectory(dir=folder.parent) as aside:
        assert _run(lambda: _Mortal(folder.resolve(), Path(aside), meanwhile, fills).live(action)) == 0
        found: Crashes = pickle.loads(Path(aside, "crashes").read_bytes())
    return found


def as_nobody(action: Callable[[], object]) -> list[str]:
    """What an ordinary user who may not write here is told, by codes; raise AssertionError for no words."""
    with tempfile.TemporaryFile() as told:

        def act() -> None:
            if os.geteuid() == 0:
                os.setgid(_NOBODY)
                os.setuid(_NOBODY)
            os.write(told.fileno(), "\n".join(_codes(action)).encode())

        assert _run(act) == 0, "it told no one what had happened"
        told.seek(0)
        return told.read().decode().split()


def _codes(action: Callable[[], object]) -> tuple[str, ...]:
    """The codes of the problems that an action ends with."""
    try:
        action()
    except TargetcalError as error:
        return tuple(problem.code for problem in error.problems)
    return ()


def _run(act: Callable[[], None]) -> int | None:
    """The exit status of a process that does this."""

    def unmeasured() -> None:
        """Nobody collects which lines it reaches."""
        while measuring := Coverage.current():
            measuring.stop()
        gc.disable()  # it would write into whatever it looks at, and each copy would have its own of it
        act()

    process = multiprocessing.get_context("fork").Process(target=unmeasured)
    process.start()
    process.join()
    return process.exitcode


@dataclass
class _Mortal:
    """A process that stands still at each of its writes."""

    folder: Path
    aside: Path
    """Where it puts down what it learns."""
    meanwhile: Callable[[], object] | None = None
    fills: bool = True
    """Whether the disk is full at some writes."""
    points: list[Point] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    full: bool | None = None
    """Of a copy for which the disk was full: whether it still is."""
    _busy: bool = False
    _met: Counter[str] = field(default_factory=Counter)
    """How many writes of each kind it has stood still at."""
    _pages: int = 0
    """How many pages SQLite has written in a row."""

    def live(self, action: Callable[[], object]) -> None:
        """Do it to the end, and put down what could have become of it; a copy says how it ended."""
        before = self._noted()
        _watch(self)
        try:
            told: object = _codes(action)
        except BaseException:
            told = traceback.format_exc()
        self._busy = True
        if self.full is not None:
            Path(self.aside, "told").write_bytes(pickle.dumps(told))
            os._exit(0)
        assert told == (), told
        found = Crashes(before, tuple(self.points), self._noted(), self.contents)
        Path(self.aside, "crashes").write_bytes(pickle.dumps(found))

    def step(self, write: str, fills: bool = True) -> bool:
        """Come to a write; whether the disk is full. `fills` is whether it can be, for this."""
        if self._busy or self.full is not None:
            return bool(self.full) and fills and not self._busy
        self._pages = self._pages + 1 if write == _PAGE else 0
        if self._pages > 1 and self._pages % _PAGES and not explores():
            return False
        self._busy = True
        left = self._noted()
        self.points.append(Point(write, "killed", left))
        if self.meanwhile:
            if self._fork(write, "saved", left):
                self.meanwhile()
            self._busy = False
            return False
        endings = self._endings(write) if fills and self.fills else ()
        is_copy = any(self._fork(write, ending, left) for ending in endings)
        self._busy = False
        return is_copy

    def _endings(self, write: str) -> tuple[Ending, ...]:
        """In which ways the disk is full at a write."""
        kind = write.split(maxsplit=1)[0]
        few, more = divmod(self._met[kind], _ALIKE)
        self._met[kind] += 1
        if explores() or (few, more) == (0, 0):
            return _FULL
        return () if more else (_FULL[few % 2],)

    def refuse(self, write: str, fills: bool = True) -> None:
        """Come to a write; raise OSError where the disk is full."""
        if self.step(write, fills):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def holds(self, path: object) -> bool:
        """Whether a path lies in the folder; a file by which turns are taken holds nothing."""
        if not isinstance(path, str | bytes | os.PathLike) or os.fsdecode(path).endswith(".lock"):
            return False
        return self.folder in Path(os.fsdecode(path)).absolute().parents

    def _fork(self, write: str, ending: Ending, left: Left) -> bool:
        """Let a copy of this process find the disk full; True in the copy, which goes on by itself."""
        with self._kept(left):
            copy = os.fork()
            if not copy:
                self.full = ending == "full"
                return True
            _, status = os.waitpid(copy, 0)
            assert status == 0, f"{write}: {ending}"
            told = pickle.loads(Path(self.aside, "told").read_bytes())
            assert isinstance(told, tuple), f"{write}, {ending}:\n{told}"
            self.points.append(Point(write, ending, self._noted(), told))
        return False

    def _noted(self) -> Left:
        """What the folder holds now."""
        return {name: self._note(path.read_bytes()) for name, path in self._files().items()}

    def _note(self, content: bytes) -> str:
        name = sha256(content).hexdigest()
        self.contents.setdefault(name, content)
        return name

    def _files(self) -> dict[str, Path]:
        paths = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path for path in paths}

    @contextmanager
    def _kept(self, left: Left) -> Iterator[None]:
        """Give the folder back as it is, with the very files that are open and where these were written."""
        links, offsets = self.aside / "links", dict(self._offsets())
        folders = [path for path in self.folder.rglob("*") if path.is_dir()]
        shutil.rmtree(links, ignore_errors=True)
        for name, path in self._files().items():
            (links / name).parent.mkdir(parents=True, exist_ok=True)
            os.link(path, links / name)
        yield
        if self.full is not None:
            return
        for name, path in self._files().items():
            if name not in left or not path.samefile(links / name):
                path.unlink()
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        for name, content in left.items():
            self._put_back(name, links / name, self.contents[content])
        for handle, offset in offsets.items():
            os.lseek(handle, offset, os.SEEK_SET)

    def _put_back(self, name: str, link: Path, content: bytes) -> None:
        path = self.folder / name
        if not path.exists():
            os.link(link, path)
        if path.read_bytes() != content:
            with path.open("r+b") as file:
                file.write(content)
                file.truncate()

    def _offsets(self) -> Iterator[tuple[int, int]]:
        """Where this process is in each of the folder's files that it has open."""
        for handle in Path("/proc/self/fd").iterdir():
            if handle.is_file() and self.holds(handle.readlink()):
                yield int(handle.name), os.lseek(int(handle.name), 0, os.SEEK_CUR)


def _watch(mortal: _Mortal) -> None:
    """Have this process take a step before every write in the folder, for as long as it lives."""
    sys.addaudithook(partial(_heard, mortal))
    _watch_files(mortal)
    _watch_databases(mortal)


_CHANGES: Final = {
    **dict.fromkeys(("os.rename", "os.mkdir", "os.link"), True),
    **dict.fromkeys(("os.remove", "os.rmdir"), False),
}
"""What changes a folder -> whether it needs room on the disk."""
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def _heard(mortal: _Mortal, event: str, said: tuple[Any, ...]) -> None:
    """What Python tells of itself before it does it."""
    if event == "open" and said[2] & _WRITING and mortal.holds(said[0]):
        mortal.refuse(f"open {Path(os.fsdecode(said[0])).name}")
    elif event in _CHANGES and mortal.holds(said[0]):
        mortal.refuse(f"{event} {Path(os.fsdecode(said[0])).name}", _CHANGES[event])


def _watch_files(mortal: _Mortal) -> None:
    """Files are written in two halves, so that one can be found half written, and then made to last."""

    class Halved(io.FileIO):
        def write(self, data: Any, /) -> int:
            whole = memoryview(data).cast("B")
            done = super().write(whole[: len(whole) // 2])
            mortal.refuse(f"write {Path(os.fsdecode(self.name)).name}")
            return done + super().write(whole[done:])

    def mortal_open(file: Any, mode: str = "r", *said: Any, **more: Any) -> Any:
        if (mode.strip("bx") and mode.strip("bw")) or "b" not in mode or not mortal.holds(file):
            return opened(file, mode, *said, **more)
        return io.BufferedWriter(Halved(file, mode))

    def mortal_fsync(handle: int) -> None:
        if mortal.holds(Path(f"/proc/self/fd/{handle}").readlink()):
            mortal.refuse("fsync")
        fsync(handle)

    opened, fsync = open, os.fsync
    for owner in (builtins, io):
        vars(owner)["open"] = mortal_open
    vars(os)["fsync"] = mortal_fsync


class _Vfs(ctypes.Structure):
    """SQLite's way to the system, as its own header describes it."""

    _fields_ = [
        ("version", ctypes.c_int),
        ("file", ctypes.c_int),
        ("longest", ctypes.c_int),
        *((name, ctypes.c_void_p) for name in ("next", "name", "data")),
        *((f"method{number}", ctypes.c_void_p) for number in range(13)),
        ("set_call", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)),
        ("get_call", ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)),
    ]


_INT, _SIZE, _AT = ctypes.c_int, ctypes.c_size_t, ctypes.c_void_p
_CALLS: Final[Mapping[bytes, tuple[Any, ...]]] = {
    b"open": (_INT, ctypes.c_char_p, _INT, _INT),
    b"write": (_SIZE, _INT, _AT, _SIZE),
    b"pwrite": (_SIZE, _INT, _AT, _SIZE, ctypes.c_int64),
    b"pwrite64": (_SIZE, _INT, _AT, _SIZE, ctypes.c_int64),
    b"ftruncate": (_INT, _INT, ctypes.c_int64),
    b"unlink": (_INT, ctypes.c_char_p),
}
"""The calls by which SQLite writes -> their types; it lets each be replaced."""
_ALONE: Final = 1
"""SQLite's word for a process with one thread."""
_HELD: Final[list[object]] = []
"""What SQLite calls from now on."""


def _watch_databases(mortal: _Mortal) -> None:
    library = ctypes.CDLL(import_module("_sqlite3").__file__)
    # Its locks would not know a copy of the process for their owner.
    for done in (library.sqlite3_shutdown(), library.sqlite3_config(_ALONE), library.sqlite3_initialize()):
        assert done == 0
    library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    vfs = library.sqlite3_vfs_find(None)
    for name, types in _CALLS.items():
        if place := vfs.contents.get_call(vfs, name):
            made = ctypes.CFUNCTYPE(*types, use_errno=True)
            call = made(partial(_called, mortal, name.decode(), made(place)))
            _HELD.append(call)
            assert vfs.contents.set_call(vfs, name, ctypes.cast(call, ctypes.c_void_p)) == 0


def _called(mortal: _Mortal, name: str, real: Callable[..., int], *said: Any) -> int:
    """SQLite asks the system for something."""
    writes = name != "open" or (said[1] & os.O_CREAT and not Path(os.fsdecode(said[0])).exists())
    if writes and mortal.step(f"SQLite:{name}", fills=name not in ("unlink", "ftruncate")):
        ctypes.set_errno(errno.ENOSPC)
        return -1
    return real(*said)
