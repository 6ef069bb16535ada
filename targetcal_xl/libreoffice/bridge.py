"""The bridge to a running LibreOffice: UNO calls that end in an answer or in words, never in waiting."""

from __future__ import annotations

import atexit
import builtins
import importlib.util
import logging
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from typing import Any

from ..machine import end_soffice, find_soffice, start_soffice
from ..problems import Problem, Refused, TargetcalError

_LOG = logging.getLogger(__name__)

CALL_SECONDS = 120.0
"""No single call takes longer: a LibreOffice that has not answered by then is hung."""
START_SECONDS = 60.0

_OUTSIDE = (Path("/usr/lib/python3/dist-packages"), Path("/usr/lib/python3/site-packages"))
"""Where Linux distributions put the bridge, beside much that is no concern of ours."""
_SAID = 300


@cache
def uno() -> Any:
    """LibreOffice's module `uno`, of the very LibreOffice that we start.

    It is loaded by path, as its folder would put the system's libraries before our own. Raise Refused
    when LibreOffice or its bridge is missing, or made for another Python.
    """
    home = _program().resolve().parent
    place = next((folder for folder in (home, *_OUTSIDE) if (folder / "uno.py").is_file()), None)
    if place is None:
        raise Refused([Problem("office_no_bridge", fields={"place": home})])
    module = _loaded("uno", place / "uno.py", home)
    if Path(sys.modules["pyuno"].__file__ or "").resolve().parent != home:
        raise Refused([Problem("office_two", fields={"place": home})])
    return module


def _program() -> Path:
    program = find_soffice()
    if program is None:
        raise Refused([Problem("office_missing")])
    return program


def _loaded(name: str, path: Path, home: Path) -> Any:
    """A module by path; `uno` must not keep the hook by which it takes over every import."""
    loader = SourceFileLoader(name, str(path))
    module = importlib.util.module_from_spec(ModuleSpec(name, loader, origin=str(path)))
    sys.modules[name] = module
    imports, places = builtins.__import__, list(sys.path)
    sys.path.append(str(home))
    try:
        loader.exec_module(module)
    except ImportError as error:
        del sys.modules[name]
        version = ".".join(map(str, sys.version_info[:2]))
        fields = {"place": path.parent, "version": version, "detail": error}
        raise Refused([Problem("office_other_python", fields=fields)]) from error
    finally:
        builtins.__import__, sys.path[:] = imports, places
    return module


def values(**given: Any) -> tuple[Any, ...]:
    """Named values, as UNO's calls take them."""
    return tuple(
        uno().createUnoStruct("com.sun.star.beans.PropertyValue", name, 0, value, 0)
        for name, value in given.items()
    )


def _local(service: str) -> Any:
    """A service of UNO's on this side of the bridge."""
    context = uno().getComponentContext()
    return context.ServiceManager.createInstanceWithContext(service, context)


class Office:
    """A LibreOffice that answers over a pipe; `process` is None for one that somebody else started."""

    def __init__(self, pipe: str, process: subprocess.Popen[str] | None = None, profile: str = "") -> None:
        """Of a pipe where LibreOffice is listening; `start` and `connect` are the ways in."""
        self.pipe, self.process = pipe, process
        self.indicator: Any = None
        """What the status bar shows, until it is ended."""
        self._profile = profile
        self._hung = False
        self._since: float | None = None
        if not self._reached() and not self._reached():
            raise self._gone()
        atexit.register(self.close)
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return self._bridge is not None

    @property
    def desktop(self) -> Any:
        """Everything it has open."""
        return self.service("com.sun.star.frame.Desktop")

    def service(self, name: str) -> Any:
        """One of its services."""
        if not self.alive:
            raise self._gone()
        return self._context.ServiceManager.createInstanceWithContext(name, self._context)

    def singleton(self, name: str) -> Any:
        """One of the things of which it has just one."""
        if not self.alive:
            raise self._gone()
        return self._context.getByName(f"/singletons/{name}")

    @contextmanager
    def asked(self) -> Iterator[None]:
        """The time of a call: it is cut short when no answer comes, and UNO's errors are told in words."""
        outermost, self._since = self._since is None, self._since or time.monotonic()
        try:
            yield
        except TargetcalError:
            raise
        except uno().getClass("com.sun.star.lang.DisposedException"):
            # Raised afresh: an UNO exception cannot carry a traceback through a `with` block.
            said = Refused([Problem("live_closed")]) if self._is_there() else self._gone()
        except uno().getClass("com.sun.star.uno.Exception") as error:
            kind = type(error).__name__.rpartition(".")[2]
            failed = Refused([Problem("office_failed", fields={"detail": f"{kind}: {error}"[:_SAID]})])
            said = failed if self._is_there() else self._gone()
        else:
            return
        finally:
            if outermost:
                self._since = None
        raise said

    def close(self) -> None:
        """Let go of it: one that we started is ended, any other goes on."""
        atexit.unregister(self.close)
        if self.process is not None and self.process.poll() is None:
            with suppress(Exception):
                self.desktop.terminate()
                self.process.wait(10)
        self._cut()

    def _reached(self) -> bool:
        """Whether it answers; one that is letting go of another client cuts the line at times."""
        self._channel = self._connected()
        factory = _local("com.sun.star.bridge.BridgeFactory")
        self._bridge = factory.createBridge("", "urp", self._channel, None)
        try:
            self._context = self._bridge.getInstance("StarOffice.ComponentContext")
        except uno().getClass("com.sun.star.lang.DisposedException"):
            _LOG.debug("LibreOffice has cut the line")
            return False
        _LOG.debug("LibreOffice answers")
        return True

    def _connected(self) -> Any:
        """The line to the pipe, as soon as somebody listens there."""
        connector = _local("com.sun.star.connection.Connector")
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                return connector.connect(f"pipe,name={self.pipe}")
            except uno().getClass("com.sun.star.connection.NoConnectException"):
                self._refuse_waiting(until)
            time.sleep(0.02)

    def _refuse_waiting(self, until: float) -> None:
        """Raise Refused when waiting for the pipe has no more sense."""
        if self.process is None:
            raise Refused([Problem("office_not_listening", fields={"pipe": self.pipe})])
        if self.process.poll() is not None or time.monotonic() > until:
            end_soffice(self.process)
            raise Refused([Problem("office_not_started")])

    def _watch(self) -> None:
        """Cut off a LibreOffice that does not answer, for as long as we are connected."""
        while self.alive:
            since = self._since
            if since is not None and time.monotonic() - since > CALL_SECONDS:
                _LOG.warning("a call has hung")
                self._hung = True
                self._cut()
            time.sleep(min(0.2, CALL_SECONDS / 4))

    def _cut(self) -> None:
        """End the one that we started; of any other only our line to it."""
        bridge, self._bridge = self._bridge, None
        if self.process is not None:
            end_soffice(self.process)
            shutil.rmtree(self._profile, ignore_errors=True)
        if bridge is not None:
            with suppress(Exception):
                # The line first: a bridge waits for the other side, which may be hung, to let go.
                self._channel.close()
                bridge.dispose()

    def _is_there(self) -> bool:
        """Whether it still answers: what is disposed of may be a workbook only, which somebody closed."""
        try:
            return self.alive and self._context.ServiceManager is not None
        except uno().getClass("com.sun.star.uno.Exception"):
            return False

    def _gone(self) -> Refused:
        self._cut()
        return Refused([Problem("office_hung" if self._hung else "live_gone")])


def start_office(profile: Path | None = None) -> Office:
    """A LibreOffice of our own, without a window, ended when it is closed or we end.

    Without a `profile`, which nobody else may be using, it has one that is gone with it.
    """
    uno()
    pipe, passing = f"targetcal-{uuid.uuid4().hex}", ""
    if profile is None:
        passing = tempfile.mkdtemp(prefix="targetcal-office-")
    accept = f"--accept=pipe,name={pipe};urp;StarOffice.ComponentContext"
    arguments = [accept, "--nodefault", "--nofirststartwizard"]
    return Office(pipe, start_soffice(_program(), profile or Path(passing), arguments), passing)
