"""Inside LibreOffice: worksheet functions, handed on to the person's own Python.

LibreOffice's Python runs this file, with nothing beside the standard library.
"""

from __future__ import annotations

import json
import queue
import struct
import threading
import time
from typing import IO, TYPE_CHECKING, Any

import unohelper
from com.sun.star.task import XJob
from targetcal_own import Named, offered, own_python, settings

if TYPE_CHECKING:
    import subprocess

    from com.sun.star.beans import NamedValue
    from com.sun.star.uno import XComponentContext

    Cell = str | float | bool | None

ERRORS = {
    "#NULL!": 521, "#DIV/0!": 532, "#VALUE!": 519, "#REF!": 524, "#NAME?": 525, "#NUM!": 503, "#N/A": 32767,
}  # fmt: skip
LIBRARY, MODULE = "TargetCal", "TargetCalFunctions"


class Away(Exception):
    """The server does not answer."""


class Server:
    """A Python process that computes, started when it is first asked; it ends when its input does.

    One that does not answer in time is ended, and for a while nobody is asked again: a sheet full of
    formulas must not wait for each of them.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._replies: queue.Queue[bytes] = queue.Queue()
        self._resting = 0.0
        self._turn = threading.Lock()

    def ask(self, request: dict[str, object]) -> list[list[Cell]]:
        """The reply to a request; raise Away where there is none."""
        with self._turn:
            if time.monotonic() < self._resting:
                raise Away
            for _ in range(2):
                try:
                    return self._asked(request)
                except OSError:
                    self.end()
            self._resting = time.monotonic() + settings()["rest"]
            raise Away

    def _asked(self, request: dict[str, object]) -> list[list[Cell]]:
        patience, process = settings()["patience"], self._process
        if process is None:
            process = self._started()
            patience = max(patience, settings()["start"])
        assert process.stdin is not None
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        try:
            line = self._replies.get(timeout=patience)
        except queue.Empty:
            self.end()
            self._resting = time.monotonic() + settings()["rest"]
            raise Away from None
        if not line:
            raise OSError("the server ended")
        rows: list[list[Cell]] = json.loads(line)
        return rows

    def _started(self) -> subprocess.Popen[bytes]:
        process = own_python(settings()["server"])
        self._process, self._replies = process, queue.Queue()
        threading.Thread(target=self._read, args=(process.stdout, self._replies), daemon=True).start()
        return process

    @staticmethod
    def _read(lines: IO[bytes], replies: queue.Queue[bytes]) -> None:
        for line in lines:
            replies.put(line)
        replies.put(b"")

    def end(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()


SERVER = Server()


def block(cells: Any) -> list[list[Cell]]:
    """The cells of an argument as JSON holds them, also a single one; a date is its serial number."""
    if not isinstance(cells, tuple):
        cells = ((cells,),)
    return [[value.Value if hasattr(value, "typeName") else value for value in row] for row in cells]


def cell(value: Cell) -> str | float:
    """A result as a Basic function gives it: an error value is a NaN with Calc's number of the error."""
    if value in ERRORS and isinstance(value, str):
        (error,) = struct.unpack("<d", struct.pack("<II", ERRORS[value], 0x7FF80000))
        return float(error)
    return "" if value is None else value


class Compute(unohelper.Base, XJob, Named):
    """Answers one call of a worksheet function."""

    service = "targetcal.Compute"

    def __init__(self, context: XComponentContext) -> None:
        pass

    def execute(self, named: tuple[NamedValue, ...]) -> tuple[tuple[str | float, ...], ...]:
        """The rows of the answer."""
        name, *cells = {one.Name: one.Value for one in named}["call"]
        request = {"function": name, "cells": [block(given[0]) if given else None for given in cells]}
        try:
            rows = SERVER.ask(request)
        except Away:
            rows = [[settings()["away"] if name == "TC_WHY" else "#N/A"]]
        return tuple(tuple(cell(value) for value in row) for row in rows)


class Start(unohelper.Base, XJob, Named):
    """When LibreOffice starts: puts our Basic functions where Calc looks for them.

    Calc runs functions of the application's own Standard library; those of an extension's library
    it finds by name, but does not run.
    """

    service = "targetcal.Start"

    def __init__(self, context: XComponentContext) -> None:
        self._context = context

    def execute(self, named: tuple[NamedValue, ...]) -> None:
        """Copy the module unless it is there already."""
        libraries = self._context.ServiceManager.createInstanceWithContext(
            "com.sun.star.script.ApplicationScriptLibraryContainer", self._context
        )
        libraries.loadLibrary(LIBRARY)
        source = libraries.getByName(LIBRARY).getByName(MODULE)
        libraries.loadLibrary("Standard")
        standard = libraries.getByName("Standard")
        if not standard.hasByName(MODULE):
            standard.insertByName(MODULE, source)
        elif standard.getByName(MODULE) != source:
            standard.replaceByName(MODULE, source)
        libraries.storeLibraries()


g_ImplementationHelper = offered(Compute, Start)
