"""Mailing letters: each to its region's head, and to whom the plan says a copy goes, once."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final, Literal

from ..calibration import Person, Region, Representative, same_value
from ..calibration.vocabulary import Channel, MessageKind, Role
from ..connect import read_representatives
from ..desk import LETTER_KINDS, Desk, Issue, Stock, bearer_key, in_force_letters, last_letters, take_stock
from ..language import listed, text
from ..letters.file_names import file_name
from ..outbox import MOST_ATTACHED, Attachment, Message, enter, message_code, queue
from ..problems import Problem
from ..telling import DONE, Part, Report, Sentence
from .issue_individual import known_numbers
from .letter_files import Issued, LetterOnShelf, LetterShelf, SignedOnShelf, issued_letters
from .letters_held import FOLDER, lines_outdated
from .mail_texts import SIGNED_TEXT, CoveringText, covering_texts, write_texts
from .message_rows import row_of_message
from .outbox import OutboxReport, Sleep, send_due, waiting_rows

MailFormat = Literal["pdf", "docx", "both"]


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
    people: Path | None = None,
    sleep: Sleep = time.sleep,
) -> OutboxReport:
    """Mail the letters in force that were not mailed yet; `dry_run` lists them and does nothing.

    They are those of regions, or of the representatives in the table `people`, which has their addresses.
    Files lie in the folder `letters`, else beside the book; where a signed version lies there, that goes.
    What keeps a letter from going is told, and the others go. Raise DataProblems for covering texts or a
    table that cannot be used.
    """
    stock = take_stock(desk)
    found = _Found(stock, LetterShelf([letters or desk.path.parent / FOLDER]), form)
    known = known_numbers(last_letters(desk.ledger))
    table = read_representatives(people, stock.plan, known) if people else None
    news = _news(stock, found, _of_people(stock, found, table) if table else _of_regions(stock, found))
    if dry_run:
        rows = [*waiting_rows(stock, LETTER_KINDS), *(row_of_message(stock, message) for message, _ in news)]
        return OutboxReport(tuple(rows), tuple(found.problems), dry=True)
    while some := [*islice(news, _AT_ONCE)]:
        events, documents = enter(desk.ledger, stock.plan.code, some)
        take_stock(desk).settle(events, documents)
    only = {item.code for item in queue(desk.ledger) if item.message.kind in LETTER_KINDS}
    return send_due(desk, drafts=draft, sleep=sleep, problems=found.problems, only=only)


_AT_ONCE: Final = 500
"""So many mails, with what they enclose, are held in memory."""
_Recipient = tuple[MessageKind, Person]
_ToMail = tuple[Issue, tuple[_Recipient, ...]]


@dataclass
class _Found:
    """The files of letters that lie in a folder, and what is amiss with them."""

    stock: Stock
    shelf: LetterShelf
    form: MailFormat
    problems: list[Problem] = field(default_factory=list)

    def of(self, issue: Issue) -> tuple[list[LetterOnShelf], SignedOnShelf | None]:
        """What goes with a letter, and its signed version where that goes; nothing where that is amiss."""
        kinds = ("docx", "pdf") if self.form == "both" else (self.form,)
        names = [file_name(issue.letter.number, kind) for kind in kinds]
        signed = next(reversed(self.shelf.signed(issue)), None) if "pdf" in kinds else None
        found = [signed.file] if signed else [*self._issued(issue, names)]
        if sum(len(content) for _, content in found) > MOST_ATTACHED:
            sizes = {"size": sum(len(content) for _, content in found) >> 20, "most": MOST_ATTACHED >> 20}
            self.problems.append(Problem("outbox_attachment_big", issue.letter.number, sizes))
            return [], None
        return (found, signed) if signed or len(found) == len(names) else ([], None)

    def _issued(self, issue: Issue, names: Iterable[str]) -> Iterator[LetterOnShelf]:
        digests = dict(issue.files)
        for name in names:
            path, said = self.shelf.place(name), {"letter": issue.letter.number}
            content = path.read_bytes() if path.is_file() and name in digests else None
            if content is None:
                self.problems.append(Problem("letter_not_lying", str(path), said))
            elif _digest(content) != digests[name]:
                self.problems.append(Problem("letter_file_changed", str(path), said))
            else:
                yield Attachment(name, digests[name]), content


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _news(
    stock: Stock, found: _Found, letters: Iterable[_ToMail]
) -> Iterator[tuple[Message, tuple[bytes, ...]]]:
    """The messages that letters go with, each with its files, that are not in the queue."""
    known = {item.code for item in queue(stock.desk.ledger)}
    texts = covering_texts(stock.desk.path, stock.standing.language)
    for issue, people in letters:
        files, signed = found.of(issue)
        by_head = signed is not None and Role.HEAD in signed.roles
        for kind, person in people if files else ():
            covering = texts[SIGNED_TEXT if by_head and kind != MessageKind.LETTER_COPY else kind]
            message = _message(stock, issue, kind, person, covering, files, signed is not None)
            if message_code(stock.plan.code, message) not in known:
                yield message, tuple(content for _, content in files)


def _of_regions(stock: Stock, found: _Found) -> Iterator[_ToMail]:
    """The letters of regions that say what is in force, and who gets each."""
    letters = in_force_letters(stock.desk.ledger)
    for region in stock.plan.regions:
        issue = letters.get(region.code)
        if issue is None:
            found.problems.append(Problem("letter_not_issued", region.name))
        elif late := [*lines_outdated(stock, issue)]:
            found.problems += late
        else:
            people = [*_people(stock, region)]
            away = (Problem("mail_no_address", person.name) for _, person in people if not person.mail)
            found.problems += away
            yield issue, tuple(one for one in people if one[1].mail)


def _people(stock: Stock, region: Region) -> Iterator[_Recipient]:
    """Who gets a region's letter: its head, and copies, each person once."""
    yield MessageKind.LETTER, region.head
    known, people = {region.head}, {Role.SUPERIOR: region.superior, Role.HRBP: region.hrbp}
    for role in stock.plan.letters.copies:
        person = people[Role(role)]
        if person not in known:
            known.add(person)
            yield MessageKind.LETTER_COPY, person


def _of_people(stock: Stock, found: _Found, table: Iterable[Representative]) -> Iterator[_ToMail]:
    """The letters of the representatives of a table, as far as both say the same, each to its own."""
    known = issued_letters(stock.desk.ledger)
    letters = last_letters(stock.desk.ledger)
    for one in table:
        issue = letters.get(bearer_key(one.employee))
        if problem := _amiss(known, issue, one):
            found.problems.append(problem)
        elif issue:
            person = Person(one.name, one.mail, employee=one.employee)
            yield issue, ((MessageKind.LETTER_PERSONAL, person),)


def _amiss(known: Issued, issue: Issue | None, one: Representative) -> Problem | None:
    """What keeps a representative's letter from going."""
    if issue is None:
        return Problem("letter_not_issued_to", one.name, {"employee": one.employee})
    if problem := known.over(issue):
        return problem
    (line,), said = issue.letter.lines, {"letter": issue.letter.number}
    if not same_value(line.targets.agreed, one.target) or issue.letter.region.head.name != one.name:
        return Problem("letter_table_differs", one.name, said)
    return None if one.mail else Problem("mail_no_address_in", one.name)


def _message(
    stock: Stock,
    issue: Issue,
    kind: MessageKind,
    person: Person,
    covering: CoveringText,
    files: list[LetterOnShelf],
    is_signed: bool,
) -> Message:
    letter, language = issue.letter, stock.standing.language
    names = [attachment.name for attachment, _ in files]
    head = letter.region.superior if issue.is_individual else letter.region.head
    fields = {"person": person.name, "head": head.name, "region": letter.region.name}
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
