"""Processes that die without a word, or find the disk full, at a chosen write."""

from __future__ import annotations

import errno
import multiprocessing
import os
import shutil
import signal
import sqlite3
import tempfile
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from targetcal_xl.problems import TargetcalError

_NOBODY = 65534


def dies_at(write: int, action: Callable[[], object]) -> bool:
    """Run an action in a process that is killed at its n-th write, from 0; False when it lived to the end.

    A write is a statement that changes the database, its commit, or a step by which a file takes the
    place of another; death comes just before it, which is just after the one before.
    """

    def die(_owner: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    status = _run(lambda: _at(write, die, action))
    assert status in (0, -signal.SIGKILL), "it neither lived nor was killed"
    return status != 0


def deaths(folder: Path, action: Callable[[], object], into: Path) -> list[Path]:
    """What a process that is killed at each write of an action leaves of a folder, in their order.

    The action runs once, to its end; it stands still at each write while the folder is copied. Of a
    process that was killed nothing but its files remains, so each copy is what `dies_at` would leave.
    """
    number = count()

    def keep(_owner: object) -> None:
        shutil.copytree(folder, into / str(next(number)))

    def act() -> None:
        _watch(keep)
        action()

    assert _run(act) == 0
    return sorted(into.iterdir(), key=lambda copy: int(copy.name))


def fails_at(write: int, action: Callable[[], object]) -> list[str] | None:
    """Run an action for which the disk is full at its n-th write: the codes that it tells, None for none.

    Raise AssertionError when it ends in anything but words for a person.
    """

    def fill(owner: object) -> None:
        if owner is sqlite3:
            raise sqlite3.OperationalError("database or disk is full")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return _codes(lambda: _at(write, fill, action)) or None


def as_nobody(action: Callable[[], object]) -> list[str]:
    """What an ordinary user who may not write here is told, by codes; raise AssertionError for no words."""

    def act() -> None:
        if os.geteuid() == 0:
            os.setgid(_NOBODY)
            os.setuid(_NOBODY)
        action()

    return _codes(act)


def _codes(action: Callable[[], object]) -> list[str]:
    """The codes of the problems that an action tells, done in a process of its own."""
    with tempfile.TemporaryFile() as told:

        def act() -> None:
            try:
                action()
            except TargetcalError as error:
                os.write(told.fileno(), "\n".join(problem.code for problem in error.problems).encode())

        assert _run(act) == 0, "it told no one what had happened"
        told.seek(0)
        return told.read().decode().split()


def _run(act: Callable[[], None]) -> int | None:
    """The exit status of a process that does this."""
    process = multiprocessing.get_context("fork").Process(target=act)
    process.start()
    process.join()
    return process.exitcode


def _at(write: int, happens: Callable[[object], None], action: Callable[[], object]) -> None:
    """Do something with something happening at a write."""
    left = iter(range(write, -1, -1))

    def step(owner: object) -> None:
        if next(left, 1) == 0:
            happens(owner)

    _watch(step)
    action()


def _watch(step: Callable[[object], None]) -> None:
    """Have this process take a step before every write."""
    for owner, name in ((os, "fsync"), (shutil, "copymode"), (Path, "replace")):
        _wrap(owner, name, step, lambda *_: True)
    _wrap(Path, "open", step, lambda _self, mode="r", *_: mode == "xb")
    vars(sqlite3)["connect"] = partial(sqlite3.connect, factory=_database(step))


def _database(step: Callable[[object], None]) -> type[sqlite3.Connection]:
    """SQLite's connections, with a step before what changes the file."""

    class Mortal(sqlite3.Connection):
        def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
            if statement.startswith(("BEGIN IMMEDIATE", "INSERT")):
                step(sqlite3)
            return super().execute(statement, *values)

        def executemany(self, statement: str, *rows: Any) -> sqlite3.Cursor:
            step(sqlite3)
            return super().executemany(statement, *rows)

        def __exit__(self, *error: Any) -> Any:
            if self.total_changes:
                step(sqlite3)
            return super().__exit__(*error)

    return Mortal


def _wrap(owner: Any, name: str, step: Callable[[object], None], is_write: Callable[..., bool]) -> None:
    real = getattr(owner, name)

    def mortal(*said: Any, **more: Any) -> Any:
        if is_write(*said):
            step(owner)
        return real(*said, **more)

    setattr(owner, name, mortal)
