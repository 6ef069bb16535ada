"""Somebody else's process at a LibreOffice of ours; it imports no more than it needs, to be there soon."""

from __future__ import annotations

from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event

from targetcal_xl import libreoffice
from targetcal_xl.libreoffice import bridge
from targetcal_xl.problems import Refused


def asks_a_hung_one(pipe: str, connected: Event, stopped: Event, heard: Queue[list[str]]) -> None:
    """Connect, and ask once it has stopped; put the codes of what is said to that."""
    guest = libreoffice.connect(pipe)
    connected.set()
    stopped.wait()
    bridge.CALL_SECONDS = 0.2
    try:
        len(guest.books)
    except Refused as refused:
        heard.put([problem.code for problem in refused.problems])
