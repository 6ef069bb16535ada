"""Waiting until somebody has saved a book, or recorded something in its ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from threading import Event
from typing import Final

_LOOK_MS: Final = 10_000
"""How often files are looked at where no system tells of changes: on some shares."""
_SETTLE_MS: Final = 600
"""A save is several changes."""


def file_changes(paths: Iterable[Path], stop: Event | None = None) -> Iterator[None]:
    """Once whenever one of these files has changed, and once an hour, until told to stop.

    Files are written beside the old ones and take their places, so their folders are watched.
    """
    places = [path.resolve() for path in paths]
    return _since(places, _seen(places), stop)


def _since(places: list[Path], before: tuple[object, ...], stop: Event | None) -> Iterator[None]:
    from watchfiles import watch

    told = watch(
        *{place.parent for place in places},
        watch_filter=lambda _, name: Path(name) in places,
        debounce=_SETTLE_MS,
        rust_timeout=_LOOK_MS,
        yield_on_timeout=True,
        stop_event=stop,
        recursive=False,
        ignore_permission_denied=True,
    )
    for _ in chain((None,), told):
        if (now := _seen(places)) != before:
            before = now
            yield


def _seen(places: Iterable[Path]) -> tuple[object, ...]:
    """What tells that a file was written, and the hour: ages go on."""
    stats = (place.stat() if place.exists() else None for place in places)
    hour = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)
    return (hour, *((one.st_mtime_ns, one.st_size, one.st_ino) if one else None for one in stats))
