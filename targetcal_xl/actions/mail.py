"""Mailing letters: each to its region's head, and to whom the plan says a copy goes, once."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ..calibration import Person, Region
from ..calibration.vocabulary import Channel, MessageKind, Role
from ..desk import Desk, Issue, Stock, in_force_letters, take_stock
from ..language import listed, text
from ..letters.file_names import file_name
from ..outbox import MOST_ATTACHED, Attachment, Message, enter, message_code, queue
from ..problems import Problem
from ..telling import DONE, Part, Report, Sentence
from .letter_files import is_issued
from .letters_held import FOLDER, lines_outdated
from .mail_texts import CoveringText, covering_texts, write_texts
from .outbox import OutboxReport, Sleep, row_of_message, send_due

MailFormat = Literal["pdf", "docx", "both"]
_File = tuple[Attachment, bytes]


@dataclass(frozen=True)
class TextsReport(Report):
    """Where the covering texts stand that the house may edit."""

    file: str

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        yield Sentence(text("telling.mail.texts", language, file=self.file), DONE)


def mail_texts(desk: Desk) -> TextsReport:
    """Write the covering texts beside the book, to be edited; raise Refused where they are there."""
    return TextsReport(write_texts(desk.path).name)


def mail(
    desk: Desk,
    *,
    letters: Path | None = None,
    form: MailFormat = "pdf",
    draft: Path | None = None,
    dry_run: bool = False,
    sleep: Sleep = time.sleep,
) -> OutboxReport:
    """Mail the letters in force that were not mailed yet; `dry_run` lists them and does nothing.

    Files lie in the folder `letters`, else beside the book; where a signed version lies there, that goes.
    What keeps a letter from going is told, and the others go. Raise DataProblems for covering texts that
    cannot be used.
    """
    stock = take_stock(desk)
    found = _Found(stock, letters or desk.path.parent / FOLDER, form)
    news = [*_news(stock, found)]
    if dry_run:
        rows = tuple(row_of_message(stock, message) for message, _ in news)
        return OutboxReport(rows, tuple(found.problems), dry=True)
    events, documents = enter(desk.ledger, stock.plan.code, news)
    if events:
        stock.settle(events, documents)
    only = {item.code for item in queue(desk.ledger) if item.message.kind in (_HEAD, _COPY)}
    return send_due(desk, drafts=draft, sleep=sleep, problems=found.problems, only=only)


_HEAD, _COPY = MessageKind.LETTER, MessageKind.LETTER_COPY


@dataclass
class _Found:
    """The files of letters that lie in a folder, and what is amiss with them."""

    stock: Stock
    folder: Path
    form: MailFormat
    problems: list[Problem] = field(default_factory=list)

    def of(self, issue: Issue) -> tuple[list[_File], bool]:
        """What goes with a letter, and whether that is its signed version; nothing where that is amiss."""
        kinds = ("docx", "pdf") if self.form == "both" else (self.form,)
        names = [file_name(issue.letter.number, kind) for kind in kinds]
        signed = signed_versions(self.folder, issue)[-1:] if "pdf" in kinds else []
        found = signed or [*self._issued(issue, names)]
        if sum(len(content) for _, content in found) > MOST_ATTACHED:
            sizes = {"size": sum(len(content) for _, content in found) >> 20, "most": MOST_ATTACHED >> 20}
            self.problems.append(Problem("outbox_attachment_big", issue.letter.number, sizes))
            return [], False
        return (found, bool(signed)) if signed or len(found) == len(names) else ([], False)

    def _issued(self, issue: Issue, names: Iterable[str]) -> Iterator[_File]:
        digests = dict(issue.files)
        for name in names:
            path, said = self.folder / name, {"letter": issue.letter.number}
            content = path.read_bytes() if path.is_file() and name in digests else None
            if content is None:
                self.problems.append(Problem("letter_not_lying", str(path), said))
            elif _digest(content) != digests[name]:
                self.problems.append(Problem("letter_file_changed", str(path), said))
            else:
                yield Attachment(name, digests[name]), content


def signed_versions(folder: Path, issue: Issue) -> list[_File]:
    """The signed PDFs of a letter: each is what was issued and signatures, no more; the longest is last."""
    name = file_name(issue.letter.number, "pdf")
    digest, stem = dict(issue.files).get(name, ""), name.removesuffix(".pdf")
    lying = (path for path in sorted(folder.glob("*.pdf")) if path.name.startswith((f"{stem}.", f"{stem}-")))
    read = ((Attachment(path.name, _digest(content := path.read_bytes())), content) for path in lying)
    found = [
        (file, content) for file, content in read if file.sha256 != digest and is_issued(content, digest)
    ]
    return sorted(found, key=lambda both: len(both[1]))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _news(stock: Stock, found: _Found) -> Iterator[tuple[Message, tuple[bytes, ...]]]:
    """The messages that letters in force go with, each with its files, that are not in the queue."""
    known = {item.code for item in queue(stock.desk.ledger)}
    texts = covering_texts(stock.desk.path, stock.standing.language)
    letters = in_force_letters(stock.desk.ledger)
    for region in stock.plan.regions:
        issue = letters.get(region.code)
        if issue is None:
            found.problems.append(Problem("letter_not_issued", region.name))
        elif late := [*lines_outdated(stock, issue)]:
            found.problems += late
        else:
            files, is_signed = found.of(issue)
            for message in _messages(stock, issue, texts, files, is_signed, found.problems) if files else ():
                if message_code(stock.plan.code, message) not in known:
                    yield message, tuple(content for _, content in files)


def _messages(
    stock: Stock,
    issue: Issue,
    texts: Mapping[str, CoveringText],
    files: list[_File],
    is_signed: bool,
    problems: list[Problem],
) -> Iterator[Message]:
    region = stock.plan.region(issue.letter.region.code)
    for kind, person in _people(stock, region):
        if person.mail:
            yield _message(stock, issue, kind, person, texts[kind], files, is_signed)
        else:
            problems.append(Problem("mail_no_address", person.name))


def _people(stock: Stock, region: Region) -> Iterator[tuple[MessageKind, Person]]:
    """Who gets a region's letter: its head, and copies, each person once."""
    yield _HEAD, region.head
    known, people = {region.head}, {Role.SUPERIOR: region.superior, Role.HRBP: region.hrbp}
    for role in stock.plan.letters.copies:
        person = people[Role(role)]
        if person not in known:
            known.add(person)
            yield _COPY, person


def _message(
    stock: Stock,
    issue: Issue,
    kind: MessageKind,
    person: Person,
    covering: CoveringText,
    files: list[_File],
    is_signed: bool,
) -> Message:
    letter, language = issue.letter, stock.standing.language
    names = [attachment.name for attachment, _ in files]
    fields = {"person": person.name, "head": letter.region.head.name, "region": letter.region.name}
    fields |= {"company": letter.company, "period": str(letter.period), "metric": letter.metric.name}
    fields |= {"number": letter.number, "replaces": letter.replaces, "files": listed(names, language)}
    subject, body = covering.filled(fields)
    foot = text("outbox.foot", language, plan=stock.plan.code, head=stock.head)
    return Message(
        kind=kind,
        region=letter.region.code,
        channel=Channel.MAIL,
        name=person.name,
        address=person.mail,
        occasion=f"{letter.number} {files[0][0].sha256[:16]}" if is_signed else letter.number,
        subject=subject,
        text=f"{body}\n\n{foot}\n",
        checkpoint=stock.head,
        attachments=tuple(attachment for attachment, _ in files),
    )
