"""Who is at work, on which book, at what time: what every action takes from its caller."""

from __future__ import annotations

import datetime as dt
import difflib
import gc
import logging
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from filelock import FileLock, Timeout

from ..calibration import Indicator, Line, Plan, Region
from ..formats import BOOK, LEDGER, Format
from ..language import LANGUAGES
from ..ledger import Draft, Event, Ledger, open_ledger, standing
from ..log import step
from ..ooxml import clear_leftovers
from ..problems import Problem, Refused
from ..workbook import Book, open_book

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from ..workbook import MacrosFor

_LOG = logging.getLogger(__name__)

_LEDGER = ".ledger.sqlite"
_LONGEST_TURN = 120.0
"""So many seconds somebody else may have the turn that was given back."""

Named = TypeVar("Named", Region, Line, Indicator)

Clock = Callable[[], dt.datetime]
"""Tells the time of an action, with its zone."""

OnProgress = Callable[[str, int, int], None]
"""Hears how far long work has come: what is being done, steps done, steps in all."""


def silent(_what: str, _done: int, _all: int) -> None:
    """Progress that nobody listens to."""


@dataclass(frozen=True)
class Desk:
    """A book, its ledger, and the person at work on them; every action takes one."""

    path: Path
    ledger: Ledger
    actor: str
    clock: Clock
    source: str
    progress: OnProgress = silent
    opening: Callable[[Path], Book] = open_book
    """How the book at `path` is opened: from its file, unless a program has it open."""
    macros: MacrosFor | None = None
    """What a book for `.xlsm` is given; a face with buttons brings it along."""
    aside: Callable[[], AbstractContextManager[None]] = nullcontext
    """Gives the turn at the book to who waits for it, and takes it again."""

    def draft(self, events: Sequence[Event], documents: Iterable[bytes] = ()) -> Draft:
        """What this person is about to record now."""
        said = {"actor": self.actor, "source": self.source}
        return Draft(self.ledger, events, at=self.clock(), documents=documents, **said)

    @property
    def is_live(self) -> bool:
        """Whether a program has the book open, and is asked for every change."""
        return self.opening is not open_book

    def book(self) -> Book:
        """The book as it is now."""
        return self.opening(self.path)


def ledger_beside(path: Path) -> Path:
    """Where a book's ledger stands unless it is told otherwise."""
    return path.with_name(path.stem + _LEDGER)


@contextmanager
def open_desk(
    path: Path,
    *,
    actor: str,
    clock: Clock,
    source: str,
    ledger: str | None = None,
    create: bool = False,
    progress: OnProgress = silent,
    macros: MacrosFor | None = None,
    outdated: bool = False,
    chance: Callable[[int], bytes] = secrets.token_bytes,
) -> Iterator[Desk]:
    """Sit down at a book, alone: a second action on the same book waits a little, then is refused.

    `create` begins a ledger where there is none; people's words in it are salted by `chance`. Raise Refused
    when nobody is named as acting, when the book stays busy, when there is neither book nor ledger, no ledger
    or none that can be used, for a second version of the ledger's own book, for a plan of an older release
    unless it may be `outdated`, and for one of a newer program.
    """
    if not actor.strip():
        raise Refused([Problem("actor_missing")])
    if not path.name:
        raise Refused([Problem("book_missing", str(path))])
    place = ledger or ledger_beside(path)
    if not create and (book := _original(path, place)):
        raise Refused([Problem("book_is_copy", path.name, {"book": book.name, "copy": path.name})])
    if not create and not ledger and not path.exists() and not ledger_beside(path).exists():
        raise Refused([Problem("plan_nowhere", str(path))])
    with (
        _uncollected(),
        _alone(path) as aside,
        _begun(place, create),
        open_ledger(place, create=create, chance=chance) as opened,
    ):
        if problem := _unfit(path, opened.formats, outdated):
            raise Refused([problem])
        yield Desk(path, opened, actor.strip(), clock, source, progress, macros=macros, aside=aside)


def _original(path: Path, place: str | Path) -> Path | None:
    """The book whose ledger a file is by its name, where both are there and this is another."""
    file = Path(place)
    if (
        "://" in str(place)
        or not file.name.endswith(_LEDGER)
        or file.resolve() == ledger_beside(path).resolve()
    ):
        return None
    stem = file.name.removesuffix(_LEDGER)
    books = (file.with_name(stem + ending) for ending in (".xlsx", ".xlsm"))
    found = next((book for book in books if book.exists()), None)
    return None if found and path.exists() and found.samefile(path) else found


def _unfit(path: Path, formats: Mapping[str, Format], outdated: bool) -> Problem | None:
    """Why a plan in these formats is not to be worked on."""
    book, ledger = formats["book"], formats["ledger"]
    if book.number > BOOK.number:
        return newer(path, book)
    if not outdated and (book.number < BOOK.number or ledger.number < LEDGER.number):
        return older(path, book if book.number < BOOK.number else ledger)
    return None


def older(path: Path, found: Format) -> Problem:
    """What to say of a plan that was written in a format of before."""
    fields = {"book": path.name, "format": found.number, "program": found.program}
    return Problem("book_outdated", path.name, fields)


def newer(path: Path, found: Format) -> Problem:
    """What to say of a book that a newer program has written."""
    fields = {"format": found.number, "program": found.program, "known": BOOK.number}
    return Problem("book_newer", path.name, fields)


@contextmanager
def _alone(path: Path) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Take the turn at a book, and say how it is given back for a while.

    Where nothing can be written nobody needs one, as all can do is read.
    """
    lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=20)
    try:
        with step(_LOG, "take the turn at a book"):
            lock.acquire()
    except Timeout as timeout:
        raise Refused([Problem("book_busy", str(path.name))]) from timeout
    except OSError:
        yield nullcontext
        return
    try:
        clear_leftovers(path)
        yield partial(_aside, lock, path)
    finally:
        lock.release()


@contextmanager
def _aside(lock: FileLock, path: Path) -> Iterator[None]:
    """Without the turn at a book; raise Refused where whoever took it keeps it."""
    lock.release()
    try:
        yield
    finally:
        try:
            lock.acquire(timeout=_LONGEST_TURN)
        except Timeout as timeout:
            raise Refused([Problem("book_busy", str(path.name))]) from timeout


@contextmanager
def _begun(place: str | Path, create: bool) -> Iterator[None]:
    """Leave no ledger behind that was begun for a plan which then was refused."""
    new = create and "://" not in str(place) and not Path(place).exists()
    try:
        yield
    except Exception:
        if new and Path(place).exists() and _holds_nothing(place):
            Path(place).unlink()
        raise


def _holds_nothing(place: str | Path) -> bool:
    with open_ledger(place) as ledger:
        return ledger.last is None


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector: it would walk a large book's million cells over and over, in vain."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def find_region(plan: Plan, said: str) -> Region:
    """The region a person means, by code or name; refuse with the nearest names otherwise."""
    return _find(plan.regions, said, "region_unknown")


def find_line(plan: Plan, region: Region, said: str) -> Line:
    """The line of a region that a person means, by code or name."""
    return _find(plan.lines_of(region.code), said, "line_unknown")


def find_line_anywhere(plan: Plan, said: str) -> Line:
    """The line that a person means, by code or by a name that only one line has; else raise Refused."""
    meant = [line for line in plan.lines if line.code == said]
    meant = meant or [line for line in plan.lines if line.name == said]
    if len(meant) > 1:
        codes = [line.code for line in meant]
        raise Refused([Problem("line_ambiguous", fields={"said": said, "known": codes})])
    return meant[0] if meant else _find(plan.lines, said, "line_unknown_anywhere")


def find_indicator(plan: Plan, said: str) -> Indicator:
    """The indicator that a person means, by code or name."""
    return _find(plan.indicators, said, "indicator_unknown")


def find_language(said: str) -> str:
    """A language that books are written in; raise Refused for any other."""
    if said not in LANGUAGES:
        raise Refused([Problem("language_unknown", fields={"said": said, "known": LANGUAGES})])
    return said


def find_file(path: Traversable) -> Traversable:
    """A file that a person names; raise Refused when there is none."""
    if not path.is_file():
        raise Refused([Problem("file_missing", str(path))])
    return path


def chosen_regions(plan: Plan, said: Sequence[str]) -> tuple[Region, ...]:
    """The regions a person named, or all of them."""
    return tuple(find_region(plan, name) for name in said) if said else plan.regions


def _find(items: Sequence[Named], said: str, code: str) -> Named:
    meant = [item for item in items if item.code == said] or [item for item in items if item.name == said]
    if meant:
        return meant[0]
    names: dict[str, str] = {item.name: f"{item.name} ({item.code})" for item in items}
    known = {item.code: f"{item.code} ({item.name})" for item in items} | names
    close = difflib.get_close_matches(said, known, 3, 0.4)
    near = [told for word, told in known.items() if word in close]
    raise Refused([Problem(code, fields={"said": said, "known": near or [*names.values()][:3]})])


def plan_of(desk: Desk) -> Plan:
    """The plan that a desk's ledger is about."""
    return standing(desk.ledger).inputs.plan
