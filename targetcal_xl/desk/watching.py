"""Waiting until somebody has saved a book, recorded something in its ledger, or put a file in a folder."""

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
    """Once whenever one of these files has changed, or a file in one of these folders, and once an hour.

    Files are written beside the old ones and take their places, so their folders are watched. It goes on
    until told to stop.
    """
    places = [path.resolve() for path in paths]
    return _since(places, _seen(places), stop)


def _since(places: list[Path], before: tuple[object, ...], stop: Event | None) -> Iterator[None]:
    from watchfiles import watch

    folders = {place for place in places if place.is_dir()}
    told = watch(
        *(folders | {place.parent for place in places if place not in folders}),
        watch_filter=lambda _, name: Path(name) in places or Path(name).parent in folders,
        debounce=_SETTLE_MS,
        rust_timeout=_LOOK_MS,
        yield_on_timeout=True,
        stop_event=stop,
        recursive=False,  # what arrives further down is seen when files are looked at
        ignore_permission_denied=True,
    )
    for _ in chain((None,), told):
        while (now := _seen(places)) != before:
            before = now
            yield


def _seen(places: Iterable[Path]) -> tuple[object, ...]:
    """What tells that a file was written, and the hour: ages go on."""
    hour = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)
    return (hour, *(_state(path) for place in places for path in _files(place)))


def _files(place: Path) -> list[Path]:
    """A file, or all in a folder but those that programs hide."""
    if not place.is_dir():
        return [place]
    return sorted(path for path in place.rglob("*") if not path.name.startswith((".", "~$")))


def _state(path: Path) -> tuple[object, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return path, found.st_mtime_ns, found.st_size, found.st_ino
