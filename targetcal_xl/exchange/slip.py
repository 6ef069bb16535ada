"""What goes out with everything that a region is sent, and comes back with its answer."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

_MARK: Final = "pack:"


@dataclass(frozen=True)
class Slip:
    """Which plan, region and round something is for, and what its reader saw."""

    plan: str
    period: str
    region: str
    round: int
    format: int
    """In which format its values are."""
    nonce: str
    """Its own word, which tells it from everything else that was sent."""
    head: str
    """The ledger's checkpoint when it was made."""


def slip_text(slip: Slip) -> str:
    """A slip as the text of a cell."""
    return _MARK + json.dumps(asdict(slip), ensure_ascii=False, separators=(",", ":"))


def parse_slip(said: object) -> Slip | None:
    """The slip that a cell's text holds; None for anything else."""
    if not isinstance(said, str) or not said.startswith(_MARK):
        return None
    try:
        return slip_from(json.loads(said.removeprefix(_MARK)))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def slip_from(said: Any) -> Slip:
    """The slip among these fields; raise KeyError or TypeError where one is missing or of another kind."""
    return Slip(**{field.name: _of(field.type, said[field.name]) for field in fields(Slip)})


def _of(kind: Any, value: Any) -> Any:
    if type(value).__name__ != kind:
        raise TypeError
    return value
