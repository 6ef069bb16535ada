"""A log that a person can send: what was done, how long it took and what failed; nothing of a plan.

It cannot hold what nobody gives it: messages are fixed words (`tests/test_log.py` reads them all), and of an
error it has the kind and the lines of code, never the message, which may say numbers, names and places.
"""

from __future__ import annotations

import errno
import linecache
import logging
import os
import platform
import re
import sys
import sysconfig
import time
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from traceback import walk_tb

from .problems import Problem

_OURS = logging.getLogger(__package__)
_OURS.addHandler(logging.NullHandler())
_LOG = logging.getLogger(__name__)
_ELSEWHERE = "elsewhere"
"""Code that is neither ours nor a library's: a person's own, whose very name may tell something."""
_MOST_LINKS = 20

_told: set[str] = set()
"""What failed already: of a sheet's thousand cells that fail alike, one says it."""


def wanted() -> bool:
    """Whether the environment asks for a log (TARGETCAL_DEBUG=1)."""
    return os.environ.get("TARGETCAL_DEBUG", "") not in ("", "0")


def begin() -> Path | None:
    """Write down from now on what happens; where to, None where no file can be written."""
    path = _file()
    if path is not None:
        _OURS.setLevel(logging.DEBUG)
    return path


def heed() -> None:
    """Begin a log where the environment asks for one."""
    if wanted():
        begin()


def unexpected(error: Exception, where: str = "") -> Problem:
    """An error of ours as a person is told of it, which is in the log from now on, whoever asked for one."""
    path, lines = _file(), "\n".join(trace(error))
    if lines not in _told:
        _told.add(lines)
        _LOG.error("unexpected\n%s", lines)
    fields = {"kind": type(error).__name__, "said": str(error), "log": path}
    return Problem("unexpected" if path else "unexpected_unlogged", where, fields)


@contextmanager
def step(room: logging.Logger, what: str) -> Iterator[None]:
    """Log how long a step takes, and the kind of error that ends it; `what` is a fixed word or two."""
    began = time.perf_counter()
    try:
        yield
    except BaseException as error:
        room.debug("%s: %s after %.0f ms", what, type(error).__name__, _ms(began))
        raise
    room.debug("%s: %.0f ms", what, _ms(began))


def _ms(since: float) -> float:
    return (time.perf_counter() - since) * 1000


def codes(problems: Iterable[Problem]) -> str:
    """Of what kinds problems are, without what they are about."""
    return ", ".join(sorted({problem.code for problem in problems}))


def one_of(name: str, known: Container[str]) -> str:
    """A name that may be logged because it is one of ours, else a question mark."""
    return name if name in known else "?"


@cache
def _file() -> Path | None:
    """The log of this process, begun with what a helper asks first."""
    import tempfile

    try:
        handle, name = tempfile.mkstemp(".log", "targetcal-")
    except OSError:
        return None
    os.close(handle)
    written = logging.FileHandler(name, encoding="utf-8")
    written.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    _OURS.addHandler(written)
    for line in _circumstances():
        written.emit(logging.makeLogRecord({"name": __name__, "levelname": "INFO", "msg": line}))
    return Path(name)


def trace(error: BaseException) -> Iterator[str]:
    """Every error of a chain: where it was raised, line by line, and of what kind it is."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain and len(chain) < _MOST_LINKS:
        chain.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    for each in reversed(chain):
        for frame, line in walk_tb(each.__traceback__):
            yield from _place(frame.f_code.co_filename, line, frame.f_code.co_name)
        yield f"  {_kind(each)}"


def _kind(error: BaseException) -> str:
    code = errno.errorcode.get(error.errno or 0, "") if isinstance(error, OSError) else ""
    return " ".join(filter(None, (f"{type(error).__module__}.{type(error).__qualname__}", code)))


def _place(file: str, line: int, function: str) -> Iterator[str]:
    """A line of code, by its module; of code that is not known only that it was there."""
    code = Path(file)
    known = next((code.relative_to(base) for home, base in _homes() if code.is_relative_to(home)), None)
    if known is None:
        yield f"  {_ELSEWHERE}"
    else:
        yield f"  {known.as_posix()}:{line} in {function}"
        yield f"    {linecache.getline(file, line).strip()}"


@cache
def _homes() -> tuple[tuple[Path, Path], ...]:
    """Where code is that everybody has, ours, of libraries and Python's own; and what it is told from."""
    ours = Path(__file__).parent
    libraries = [Path(place) for place in sys.path if Path(place).name in ("site-packages", "dist-packages")]
    pythons = [Path(sysconfig.get_path(name)) for name in ("purelib", "platlib", "stdlib", "platstdlib")]
    return (ours, ours.parent), *((home, home) for home in (*libraries, *pythons))


def _circumstances() -> Iterator[str]:
    """Versions and platform."""
    from importlib.metadata import requires

    from . import __version__

    yield f"targetcal-xl {__version__}, Python {platform.python_version()}, {platform.platform()}"
    yield f"files in {sys.getfilesystemencoding()}, output in {getattr(sys.stdout, 'encoding', None)}"
    needed = (line for line in requires("targetcal-xl") or () if "extra ==" not in line)
    yield ", ".join(_version(re.split(r"[^\w.-]", line)[0]) for line in needed)


def _version(library: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"{library} {version(library)}"
    except PackageNotFoundError:
        return f"no {library}"
