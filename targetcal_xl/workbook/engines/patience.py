"""Asking a program that may be busy, or gone, and saying so in words that help."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from ...problems import Problem, Refused, TargetcalError

_LOG = logging.getLogger(__name__)

Returned = TypeVar("Returned")

SECONDS, PAUSE = 20.0, 0.25
"""How long to wait for somebody to finish typing into a cell, and between two tries."""

_REJECTED, _RETRY_LATER, _EXCEPTION, _IGNORED = -2147418111, -2147417846, -2147352567, -2146777998
_GONE = {-2147023174, -2147023170, -2147417848, -2147220995}
"""RPC_S_SERVER_UNAVAILABLE, RPC_S_CALL_FAILED, RPC_E_DISCONNECTED, CO_E_OBJNOTCONNECTED."""


def patiently(call: Callable[[], Returned], where: str) -> Returned:
    """What a call to the program answers, tried again while a cell is being edited.

    Raise Refused when the program stays busy, is gone, or says no; the call must be one that may be
    repeated.
    """
    until = time.monotonic() + SECONDS
    with _impatient_xlwings():
        while True:
            try:
                return call()
            except TargetcalError:
                raise
            except Exception as error:
                if not is_busy(error):
                    raise _told(error, where) from error
                if time.monotonic() >= until:
                    raise Refused([Problem("live_busy", where)]) from error
            _LOG.debug("the program is busy")
            time.sleep(PAUSE)


def is_busy(error: Exception) -> bool:
    """Whether Excel rejected a call because somebody is typing into a cell or a dialog is open."""
    code = getattr(error, "hresult", None)
    if code == _EXCEPTION:
        told: tuple[object, ...] = getattr(error, "excepinfo", None) or ()
        return told[-1:] == (_IGNORED,)
    return code in (_REJECTED, _RETRY_LATER) or type(error).__name__ == "ExcelBusyError"


def _told(error: Exception, where: str) -> Refused:
    if getattr(error, "hresult", None) in _GONE:
        return Refused([Problem("live_gone", where)])
    return Refused([Problem("live_failed", where, {"detail": f"{type(error).__name__}: {error}"})])


@contextmanager
def _impatient_xlwings() -> Iterator[None]:
    """Have xlwings pass a rejected call on to us: left to itself it tries without end or pause."""
    windows = sys.modules.get("xlwings._xlwindows")
    before = getattr(windows, "N_COM_ATTEMPTS", None)
    if before is None:
        yield
        return
    windows.N_COM_ATTEMPTS = 1  # type: ignore[union-attr]
    try:
        yield
    finally:
        windows.N_COM_ATTEMPTS = before  # type: ignore[union-attr]
