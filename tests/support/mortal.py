"""Processes that die, without a word or a last wish, at a chosen write."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.engine.default import DefaultDialect


def dies_at(write: int, action: Callable[[], object]) -> bool:
    """Run an action in a process that is killed at its n-th write, from 0; False when it lived to the end.

    A write is a statement that changes the database, its commit, or a step by which a file takes the
    place of another; death comes just before it, which is just after the one before.
    """
    process = multiprocessing.get_context("fork").Process(target=_live, args=(write, action))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL), "it neither lived nor was killed"
    return process.exitcode != 0


def _live(write: int, action: Callable[[], object]) -> None:
    left = iter(range(write, -1, -1))

    def step() -> None:
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    _watch(step)
    action()


def _watch(step: Callable[[], None]) -> None:
    """Have this process take a step before every write."""
    always = {(tempfile, "mkstemp"), (os, "fdopen"), (os, "fsync"), (shutil, "copymode"), (Path, "replace")}
    for owner, name in sorted(always, key=str):
        _wrap(owner, name, step, lambda *_: True)
    for name in ("do_execute", "do_executemany"):
        _wrap(DefaultDialect, name, step, lambda _self, _cursor, statement, *_: _changes(statement))
    _wrap(DefaultDialect, "do_commit", step, lambda _self, database: database.total_changes > 0)


def _changes(statement: str) -> bool:
    return statement.startswith(("BEGIN IMMEDIATE", "INSERT"))


def _wrap(owner: Any, name: str, step: Callable[[], None], is_write: Callable[..., bool]) -> None:
    real = getattr(owner, name)

    def mortal(*said: Any, **more: Any) -> Any:
        if is_write(*said):
            step()
        return real(*said, **more)

    setattr(owner, name, mortal)
