"""What the signatures in a file are worth, by themselves and beside what a plan's proof tells of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..calibration.vocabulary import SIGNATURE_MARKS, Role
from ..language import listed, text
from ..signing import Revocation, SeenSignature, SignedFile
from ..telling import DONE, QUESTION, QUIET, WRONG, Part, Sentence, moment

SignatureVerdict = Literal[
    "altered",
    "earlier",
    "other",
    "revoked",
    "half",
    "unproved",
    "untrusted",
    "later",
    "unreached",
    "unsigned",
    "valid",
]
"""What a letter is worth as signed: changed since; an earlier copy than the plan knows; with signatures that
are not those which the plan recorded; with certificates that had been revoked; not signed by all; by all, but
no proof says that it is the letter; by all, but nobody who is trusted says who they are; by all, but with
certificates that were revoked after the hour that a signer's own clock gives; by all, but who was asked
whether certificates were revoked did not answer; by nobody; or all that it is to be."""


@dataclass(frozen=True)
class RecordedSignature:
    """What a proof tells of a signature on a letter."""

    letter: str
    role: Role
    way: str
    certificate: str


@dataclass(frozen=True)
class JudgedSignatures:
    """The signatures of a letter's file."""

    name: str
    seen: SignedFile
    letter: str = ""
    """The letter whose issued bytes the file begins with, as a proof has it."""
    grown: bool = False
    """Whether anything was added to what was issued."""
    recorded: Mapping[Role, RecordedSignature] = field(default_factory=dict)
    """What the proof tells of who signed that letter."""

    @property
    def verdict(self) -> SignatureVerdict:
        """What it is worth; what speaks most against it comes first."""
        there = {one.role for one in self.seen.signatures}
        found: dict[SignatureVerdict, bool] = {
            "altered": self.seen.is_altered or (self.grown and not there),
            "earlier": any(one.way == "file" and role not in there for role, one in self.recorded.items()),
            "other": any(map(self._is_other, self.seen.signatures)),
            "revoked": self._is_said("revoked"),
            "unsigned": not there,
            "half": bool(self.missing),
            "unproved": not self.letter,
            "untrusted": not self.seen.is_trusted,
            "later": self._is_said("later"),
            "unreached": self._is_said("unreached"),
        }
        return next((verdict for verdict, holds in found.items() if holds), "valid")

    @property
    def missing(self) -> tuple[Role, ...]:
        """Whose signatures are due: neither in the file nor known to be on paper."""
        return tuple(role for role in self.seen.missing if role not in self.recorded)

    def _is_said(self, revocation: Revocation) -> bool:
        return any(one.revocation == revocation for one in self.seen.signatures)

    def _is_other(self, one: SeenSignature) -> bool:
        known = self.recorded.get(one.role) if one.role else None
        return known is not None and known.certificate != one.certificate

    def tell(self, language: str) -> Iterator[Part]:
        """In sentences: every signature, and what all of them come to."""
        for one in self.seen.signatures:
            yield Sentence(_said(one, language), WRONG if one.fault else QUIET, indented=True)
        due = len(SIGNATURE_MARKS)
        missing = listed((text(f"telling.sign.{role}", language) for role in self.missing), language)
        facts = {"file": self.name, "due": due, "count": due - len(self.missing), "missing": missing}
        said = text(f"telling.signatures.{self.verdict}", language, **facts, letter=self.letter)
        yield Sentence(said, _MARKS.get(self.verdict, QUESTION))


_MARKS = {
    "altered": WRONG,
    "revoked": WRONG,
    "other": WRONG,
    "earlier": WRONG,
    "unsigned": QUIET,
    "valid": DONE,
}


def _said(one: SeenSignature, language: str) -> str:
    """Who signed, in whose place, when, and who says so."""
    role = text(f"telling.sign.{one.role or 'nobody'}", language)
    at = moment(one.signed_at) if one.signed_at else ""
    facts = {"signer": one.signer, "role": role, "at": at, "issuer": one.issuer}
    words = [text(f"telling.signatures.{'broken' if one.fault else 'by'}", language, **facts)]
    if one.fault:
        return words[0]
    if one.stamped_at:
        words.append(text("telling.signatures.stamped", language, at=moment(one.stamped_at)))
    code = f"revocation.{one.revocation}" if one.is_trusted else "unknown_issuer"
    since = moment(one.revoked_at) if one.revoked_at else ""
    whose = text(f"telling.signatures.whose.{'above' if one.revoked_above else 'own'}", language)
    words.append(text(f"telling.signatures.{code}", language, issuer=one.issuer, since=since, whose=whose))
    return " ".join(words)
