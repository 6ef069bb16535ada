"""Having an authority say when the ledger was as it is (RFC 3161), and looking at what it said."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..connect import ask_stamp, stamp_authority, stamped_at, trusted_roots
from ..desk import STAMP_FIELD, Desk, Stamp, plan_of, take_stock
from ..language import text
from ..ledger import Event, dump, reference
from ..problems import Problem, Refused, TargetcalError
from ..telling import DONE, QUIET, Part, Report, Sentence

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


@dataclass(frozen=True)
class HeldStamp:
    """A stamp that holds: on which checkpoint, by whom, and when that was there at the latest."""

    head: str
    authority: str
    at: dt.datetime

    def said(self, key: str, language: str) -> Sentence:
        """What it proves, in a sentence."""
        at = self.at.isoformat(sep=" ", timespec="seconds")
        facts = {"head": self.head, "authority": self.authority, "at": at}
        return Sentence(text(f"telling.stamp.{key}", language, **facts), DONE)


@dataclass(frozen=True)
class StampReport(Report):
    """The stamp that was asked for and recorded."""

    stamp: HeldStamp
    is_trusted: bool
    """Whether it was held against roots that somebody trusts."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        yield self.stamp.said("done", language)
        if not self.is_trusted:
            yield Sentence(text("telling.stamp.untrusted", language), QUIET, indented=True)


def stamp(desk: Desk, authority: str = "") -> StampReport:
    """Have the ledger's checkpoint stamped, and record that.

    Raise Refused where no authority is named or reached, and for an answer that does not hold.
    """
    stock, seen = take_stock(desk), desk.ledger.checkpoint
    trust = stock.plan.trust
    place, roots = authority.strip() or stamp_authority(trust), trusted_roots(trust=trust)
    if not place:
        raise Refused([Problem("stamp_nobody")])
    answer = ask_stamp(place, seen.text.encode())
    at = stamped_at(answer, seen.text.encode(), roots)
    content = dump(Stamp(seen.text, place, base64.b64encode(answer).decode()))
    old = stock.standing.value(None, None, STAMP_FIELD)
    stock.settle([Event("stamp", None, None, STAMP_FIELD, old, reference(content))], [content])
    return StampReport(HeldStamp(seen.mark, place, at), bool(roots))


def stamp_if_asked(desk: Desk) -> tuple[StampReport | None, tuple[Problem, ...]]:
    """Stamp where plan or environment name an authority; what goes wrong is told and stops nothing."""
    if not stamp_authority(plan_of(desk).trust):
        return None, ()
    try:
        return stamp(desk), ()
    except TargetcalError as error:
        return None, error.problems


def held_stamps(
    found: Iterable[Stamp], trusted: tuple[Certificate, ...]
) -> tuple[tuple[HeldStamp, ...], tuple[Problem, ...]]:
    """The stamps that hold by the trusted roots, and what is wrong with the others; nothing without roots."""
    held, problems = list[HeldStamp](), list[Problem]()
    for one in found if trusted else ():
        try:
            at = stamped_at(one.answer, one.seen.text.encode(), trusted)
            held.append(HeldStamp(one.seen.mark, one.authority, at))
        except Refused as refused:
            said = {"head": " ".join(one.checkpoint.split()), "authority": one.authority}
            detail = refused.problems[0].fields.get("detail", "")
            problems.append(Problem("stamp_wrong", fields={**said, "detail": detail}))
    return tuple(held), tuple(problems)
