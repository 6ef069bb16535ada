"""The time stamps that a plan's ledger has: each on a checkpoint of the log, which was there at that time."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass

from ..ledger import Checkpoint, Log, load, parse_checkpoint
from ..problems import Problem, Refused

STAMP_FIELD = "stamp.record"


@dataclass(frozen=True)
class Stamp:
    """The answer of an authority for the text of a checkpoint."""

    checkpoint: str
    authority: str
    """Its address."""
    token: str
    """The whole answer, in base64."""

    @property
    def seen(self) -> Checkpoint:
        """What was stamped; raise Refused where it is none."""
        try:
            return parse_checkpoint(self.checkpoint)
        except (TypeError, ValueError) as error:
            raise Refused([Problem("stamp_invalid", fields={"detail": "checkpoint"})]) from error

    @property
    def answer(self) -> bytes:
        """The answer's bytes; raise Refused where they are damaged."""
        try:
            return base64.b64decode(self.token, validate=True)
        except (TypeError, ValueError) as error:
            raise Refused([Problem("stamp_invalid", fields={"detail": "base64"})]) from error


def stamps(ledger: Log) -> Iterator[Stamp]:
    """Every stamp, in order."""
    for entry in ledger.entries(action="stamp", field=STAMP_FIELD):
        yield load(Stamp, ledger.document(str(entry.new)))
