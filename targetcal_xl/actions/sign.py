"""Signing letters: one or a whole batch with one key, where nothing speaks against any of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from ..calibration import NO_TRUST, Trust
from ..calibration.vocabulary import Role
from ..connect import post_stamp_request, stamp_authority
from ..desk import (
    Desk,
    LetterQuestion,
    LetterSignature,
    Stock,
    letter_questions,
    signature_event,
    signed_by,
    take_stock,
)
from ..language import text
from ..letters import drawing_font
from ..ooxml import clear_leftovers, laid_beside, put_in_place, read_file, refuse_taken
from ..outbox import secret
from ..problems import DataProblems, Problem, Refused
from ..signing import (
    SeenSignature,
    SigningKey,
    described_key,
    drawn_look,
    examined,
    is_vouched,
    key_name,
    opened_key,
    signature_fields,
    signed_pdf,
)
from ..telling import DONE, QUIET, Part, Report, Sentence
from .letter_files import LetterFile, doubts, is_named, issued_letters, read_letters, roots_of

KEY_PASSWORD = "TARGETCAL_KEY_PASSWORD"  # noqa: S105 - the name of a variable
"""The environment's word for the secret of a key; the keyring keeps it as `key <name>`."""

AskSecret = Callable[[str], str]
"""Asks a person for the secret of a key, by the key's name."""


@dataclass(frozen=True)
class SignedLetter:
    """A letter that carries a signature now: in which file, whose, and whether it was made now."""

    file: str
    letter: str
    """Its number; none where no plan was at hand."""
    role: str
    signer: str
    is_new: bool


@dataclass(frozen=True)
class SignReport(Report):
    """What was signed."""

    letters: tuple[SignedLetter, ...]
    recorded: bool
    """Whether a plan's ledger knows of it."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        for one in self.letters:
            code = "signed" if one.is_new else "kept"
            facts = {"signer": one.signer, "role": text(f"telling.sign.{one.role}", language)}
            yield Sentence(text(f"telling.sign.{code}", language, **facts), DONE, one.letter or one.file)
        if not self.recorded:
            yield Sentence(text("telling.sign.unrecorded", language), QUIET)


@dataclass(frozen=True)
class Pen:
    """With what somebody signs: in which role, when, and how it looks."""

    role: Role
    key: SigningKey
    at: dt.datetime
    language: str
    picture: bytes | None = None
    ask: Callable[[bytes], bytes] | None = None
    """Has the signature stamped by an authority."""

    def write(self, content: bytes) -> bytes:
        """A letter's file with the signature in it."""
        fields = signature_fields(content)
        own = next(one for one in fields if one.role == self.role)
        who = described_key(self.key)
        said = {"signer": who.signer, "issuer": who.issuer}
        at = self.at.astimezone().strftime("%Y-%m-%d %H:%M:%S %z")
        lines = [text(f"signing.look.{line}", self.language, at=at, **said) for line in ("who", "at", "by")]
        width, height = own.box.right - own.box.left, own.box.top - own.box.bottom
        look = drawn_look(width, height, lines, drawing_font, self.picture)
        reason = text("signing.reason", self.language)
        return signed_pdf(content, fields, own, self.key, at=self.at, reason=reason, look=look, ask=self.ask)


@dataclass(frozen=True)
class Wish:
    """What a person said: whose signature, with which key, whether with a picture and a time stamp."""

    role: str
    key: str
    picture: Path | None = None
    stamp: bool = False
    reason: str = ""
    """Why a certificate that names somebody else is theirs."""

    @contextmanager
    def pen(self, at: dt.datetime, language: str, ask: AskSecret, trust: Trust = NO_TRUST) -> Iterator[Pen]:
        """The pen that was asked for; raise Refused where there is none, or whom the plan does not trust."""
        role = find_role(self.role)
        if not self.key:
            raise Refused([Problem("sign_no_key")])
        picture = read_file(self.picture) if self.picture else None
        authority = stamp_authority(trust) if self.stamp else ""
        if self.stamp and not authority:
            raise Refused([Problem("stamp_nobody")])
        stamped = partial(post_stamp_request, authority) if authority else None
        name = key_name(self.key)
        known = cache(lambda: secret(KEY_PASSWORD, f"key {name}") or ask(name))
        with opened_key(self.key, known) as key:
            who = described_key(key)
            if not who.since <= at <= who.until:
                said = {"signer": who.signer, "since": who.since.date(), "until": who.until.date()}
                raise Refused([Problem("key_expired", fields=said)])
            roots = roots_of(trust)
            if roots and not is_vouched(key, roots, at):
                raise Refused([Problem("key_untrusted", fields={"signer": who.signer, "issuer": who.issuer})])
            yield Pen(role, key, at, language, picture, stamped)


def book_among(files: Sequence[Path]) -> tuple[Path | None, Sequence[Path]]:
    """The workbook among what a person named, if any, and the letters; raise Refused without any."""
    books = [one for one in files if one.suffix.lower() in (".xlsx", ".xlsm")]
    letters = [one for one in files if one not in books]
    if len(books) > 1 or not letters:
        raise Refused([Problem("sign_what")])
    return (books[0] if books else None), letters


def role_said(role: str, who: str) -> tuple[str, str]:
    """The role and the person that are meant: before there was `--role`, `--as` said the role."""
    return (who, "") if not role and who in (Role.HEAD, Role.SUPERIOR) else (role, who)


def find_role(said: str) -> Role:
    """Whose signature is meant; raise Refused for nobody's who signs letters."""
    known = [Role.HEAD, Role.SUPERIOR]
    if said not in known:
        raise Refused(
            [Problem("sign_role" if said else "sign_no_role", fields={"said": said, "known": known})]
        )
    return Role(said)


def sign(desk: Desk, files: Sequence[Path], wish: Wish, ask: AskSecret) -> SignReport:
    """Sign letters of a plan and record it; what carries the signature already stays as it is.

    Nothing is signed where anything speaks against one of them: Raise DataProblems with all of it.
    """
    role, stock = find_role(wish.role), take_stock(desk)
    found, problems = read_letters(issued_letters(desk.ledger, stock.plan.trust), files)
    known, asked = signed_by(desk.ledger), letter_questions(desk.ledger)
    for file in found:
        waiting = [one for one in asked.get(file.letter, ()) if one.is_open]
        problems += _obstacles(file, role, wish.reason, known.get(file.letter, {}), waiting)
    if problems:
        raise DataProblems(problems)
    due = [one for one in found if one.signature(role) is None]
    if due:
        with wish.pen(desk.clock(), stock.standing.language, ask, stock.plan.trust) as pen:
            _sign_all(stock, due, pen, wish.reason)
    now = [one if one not in due else _again(one) for one in found]
    record_signatures(stock, now, wish.reason)
    return SignReport(tuple(_told(one, role, is_new=one.path in {d.path for d in due}) for one in now), True)


def _obstacles(
    file: LetterFile,
    role: Role,
    reason: str,
    recorded: Mapping[Role, LetterSignature],
    waiting: Iterable[LetterQuestion],
) -> Iterator[Problem]:
    """Why a letter may not be signed as this file has it."""
    yield from doubts(file, recorded, reason)
    for known, one in recorded.items():
        if one.way == "file" and file.signature(known) is None:
            said = {"letter": file.letter, "signer": one.signer, "file": one.file}
            yield Problem("sign_earlier_file", file.path.name, said)
    if role in recorded and recorded[role].way == "paper":
        yield Problem("sign_on_paper", file.path.name, {"letter": file.letter})
    for asked in waiting if file.signature(role) is None else ():
        due = {"by": asked.by, "due": asked.due}
        yield Problem("sign_asked", file.path.name, {"letter": file.letter, **due})


def _sign_all(stock: Stock, due: Sequence[LetterFile], pen: Pen, reason: str) -> None:
    """Sign one after the other; where it ends early, what was signed until then is recorded, and told."""
    who = described_key(pen.key)
    strangers = [one for one in due if not is_named(who.signer, who.mails, one.person(pen.role))]
    if strangers and not reason:
        raise DataProblems([_stranger(one, pen.role, who.signer) for one in strangers])
    done: list[LetterFile] = []
    try:
        for number, one in enumerate(due, 1):
            put_signed(one.path, one.content, pen)
            done.append(one)
            stock.desk.progress("sign", number, len(due))
    except Refused as refused:
        record_signatures(stock, [_again(one) for one in done], reason)
        said = {"done": len(done), "left": len(due) - len(done)}
        stopped = [Problem("sign_stopped", fields=said)] if done else []
        raise Refused([*refused.problems, *stopped]) from refused


def _stranger(one: LetterFile, role: Role, signer: str) -> Problem:
    said = {"letter": one.letter, "signer": signer, "person": one.person(role).name}
    return Problem("sign_stranger", one.path.name, said)


def put_signed(path: Path, before: bytes, pen: Pen) -> None:
    """Let the signed file take the place of the other, wholly or not at all."""
    clear_leftovers(path)
    with laid_beside(path, pen.write(before)) as new:
        refuse_taken(path, before)
        put_in_place(new, path)


def _again(one: LetterFile) -> LetterFile:
    """The same letter with what its file is now."""
    content = read_file(one.path)
    return LetterFile(one.path, content, one.issue, examined(content))


def record_signatures(stock: Stock, files: Iterable[LetterFile], reason: str) -> list[SeenSignature]:
    """Have the ledger learn of the signatures in files that it does not know yet; those."""
    known = signed_by(stock.desk.ledger)
    events, documents, new = [], [], []
    for file in files:
        for one in file.seen.signatures:
            if one.role and one.role not in known.get(file.letter, {}):
                why = "" if is_named(one.signer, one.mails, file.person(one.role)) else reason
                event, document = signature_event(
                    stock.standing.values, file.region.code, file.record(one), why
                )
                events.append(event)
                documents.append(document)
                new.append(one)
    if events:
        stock.settle(events, documents)
    return new


def _told(one: LetterFile, role: Role, *, is_new: bool) -> SignedLetter:
    seen = one.signature(role)
    return SignedLetter(one.path.name, one.letter, role, seen.signer if seen else "", is_new)


def sign_alone(
    files: Sequence[Path], wish: Wish, at: dt.datetime, language: str, ask: AskSecret
) -> SignReport:
    """Sign letters where their plan is not at hand, as whoever was sent one does.

    What can be known from a file itself is looked at. Raise DataProblems with everything that speaks against
    any of them; then nothing is signed.
    """
    role = find_role(wish.role)
    contents = {path: read_file(path) for path in files}
    seen = {path: examined(content) for path, content in contents.items()}
    if problems := [Problem("sign_changed", path.name) for path, one in seen.items() if one.is_altered]:
        raise DataProblems(problems)
    due = [path for path, one in seen.items() if role in one.missing]
    for path in due:
        signature_fields(contents[path])
    if due:
        with wish.pen(at, language, ask) as pen:
            for path in due:
                put_signed(path, contents[path], pen)
    signers = ((path, _signer(read_file(path), role)) for path in contents)
    told = (SignedLetter(path.name, "", role, signer, path in due) for path, signer in signers)
    return SignReport(tuple(told), recorded=False)


def _signer(content: bytes, role: Role) -> str:
    return next((one.signer for one in examined(content).signatures if one.role == role), "")
