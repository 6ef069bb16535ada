"""Commands as a person types them, in this process: the exit status, and what both streams say."""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib
import io
import json
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from targetcal_xl import cli
from targetcal_xl.desk import Desk
from tests.support.clock import Clock


@dataclass(frozen=True)
class Said:
    """What came of a command."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The report, where `--json` was asked for."""
        return json.loads(self.out)

    def __str__(self) -> str:
        return f"status {self.status}\n{self.out}\n{self.err}"


@dataclass
class Terminal:
    """A person's command line: what language it speaks and what time it is."""

    language: str = "en"
    clock: Clock = field(default_factory=Clock)

    def __call__(self, *words: object, at: dt.datetime | None = None) -> Said:
        """Give a command; the clock goes on by a minute, or to the time that is told."""
        self.clock.advance(minutes=1)
        self.clock.now = at or self.clock.now
        out, err = io.StringIO(), io.StringIO()
        with ExitStack() as within:
            for change in (redirect_stdout(out), redirect_stderr(err), self._here()):
                within.enter_context(change)
            within.enter_context(patch.object(sys, "argv", ["targetcal", *map(str, words)]))
            try:
                cli.run()
            except SystemExit as end:
                return Said(int(end.code or 0), out.getvalue(), err.getvalue())
        raise AssertionError("a command ends with a status")

    @contextmanager
    def _here(self) -> Iterator[None]:
        """In this terminal's language, which is settled when commands are loaded, and at its time."""
        with ExitStack() as within:
            for module in _settled():
                within.enter_context(patch.object(module, "LANGUAGE", self.language))
            within.enter_context(patch.object(Desk, "__init__", _at(self.clock)))
            yield


def _settled() -> list[Any]:
    """Every module of the command line that knows this computer's language."""
    names = [one.name for one in pkgutil.iter_modules(cli.__path__, f"{cli.__name__}.")]
    modules = [importlib.import_module(name) for name in names]
    return [module for module in modules if hasattr(module, "LANGUAGE")]


def _at(clock: Clock) -> Any:
    """How a desk is made whose clock is this one."""
    made = Desk.__init__

    def make(desk: Desk, *given: Any, **named: Any) -> None:
        made(desk, *given, **named)
        object.__setattr__(desk, "clock", clock)

    return make


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below, to see that nothing was written."""
    found = {}
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            if path.is_file() and not path.name.endswith(".lock"):
                found[str(path.relative_to(folder))] = path.read_bytes()
    return found


def registered() -> set[str]:
    """The name of every command."""
    return set(cli.app.commands)
