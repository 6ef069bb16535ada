"""What this computer has, whether a workbook's buttons work here, and whether a template can be used."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from ..desk import find_file, has_own_password, ledger_beside, newer, older
from ..formats import BOOK, LEDGER, Format
from ..language import listed, text
from ..ledger import open_ledger
from ..letters import LetterTemplate, Rehearsal, font_file, rehearse
from ..machine import Computer, Finding, book_health, excel_health, find_soffice, mend, this_computer
from ..problems import Problem, Refused, TargetcalError
from ..telling import DONE, Part, Report, Sentence, tell_problems
from ..workbook import book_format, open_book

PARTS = ("XlsxWriter", "docxtpl", "typst", "numpy")


@dataclass(frozen=True)
class DoctorReport(Report):
    """What was found in order, what was mended, and what is not in order."""

    findings: tuple[str, ...]
    problems: tuple[Problem, ...]
    mended: tuple[str, ...] = ()

    @property
    def leaves_work(self) -> bool:
        """Whether something is not in order."""
        return bool(self.problems)

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        for done in (*self.mended, *self.findings):
            yield Sentence(done, DONE)
        yield from tell_problems(self.problems, language, indented=True)


def doctor(
    language: str,
    book: Path | None = None,
    ledger: str | None = None,
    *,
    fix: bool = False,
    computer: Computer | None = None,
) -> DoctorReport:
    """Look at this computer, and at a workbook on it; with `fix` mend first what we may.

    Raise Refused when there is no such workbook.
    """
    computer = computer or this_computer()
    if book and not book.is_file():
        raise Refused([Problem("book_missing", str(book))])
    mended = tuple(mend(computer, book, language)) if fix else ()
    said = [*_program(language), *excel_health(computer, language)]
    if book:
        said += [*book_health(computer, book, language), *_ledger(book, ledger, language)]
    findings = tuple(one for one in said if isinstance(one, str))
    return DoctorReport(findings, tuple(one for one in said if isinstance(one, Problem)), mended)


def examine_template(path: Path, language: str) -> DoctorReport:
    """Try a letter template out: everything that issuing letters will do, on sample contents.

    Raise Refused when there is no such file.
    """
    tried = rehearse(LetterTemplate(find_file(path).read_bytes()))
    good = () if tried.problems else tuple(_rehearsed(tried, path.name, language))
    return DoctorReport(good, tried.problems)


def _rehearsed(tried: Rehearsal, name: str, language: str) -> Iterator[str]:
    """What came of trying a template out, and which way its letters go to PDF."""
    yield text("actions.doctor.template", language, name=name, count=tried.letters)
    if tried.needed is None:
        yield text("actions.doctor.built_in", language)
    else:
        why = text(f"letters.beyond.{tried.needed.kind}", language)
        yield text("actions.doctor.by_office", language, why=why, what=tried.needed.what)


def _program(language: str) -> Iterator[Finding]:
    """This program and what it is made of."""
    system = platform.system()
    yield text("actions.doctor.python", language, version=platform.python_version(), system=system)
    parts = listed((f"{part} {version(part)}" for part in PARTS), language)
    yield text("actions.doctor.parts", language, parts=parts)
    try:
        yield text("actions.doctor.fonts", language, fonts=font_file().name)
    except Refused as refused:
        yield from refused.problems
    yield text(f"actions.doctor.{'own' if has_own_password() else 'kept'}_password", language)
    yield text(f"actions.doctor.{'office' if find_soffice() else 'no_office'}", language)


def _ledger(book: Path, ledger: str | None, language: str) -> Iterator[Finding]:
    """Whether a book's ledger is there and whole."""
    try:
        with open_ledger(ledger or ledger_beside(book)) as opened:
            problems = opened.verify()
            yield from problems
            if not problems:
                entries = opened.last.number if opened.last else 0
                yield text("actions.doctor.ledger", language, place=opened.place, entries=entries)
            yield from _formats(book, opened.formats, language)
    except TargetcalError as refused:
        yield from refused.problems


def _formats(book: Path, recorded: Mapping[str, Format], language: str) -> Iterator[Finding]:
    """In which formats book and ledger are written, and what is to be done about old and newer ones."""
    ledger, found = recorded["ledger"], book_format(open_book(book))
    said = {"book": found.number, "book_by": found.program}
    said |= {"ledger": ledger.number, "ledger_by": ledger.program}
    yield text("actions.doctor.formats", language, **said)
    if found.number > BOOK.number:
        yield newer(book, found)
    elif found.number < BOOK.number or ledger.number < LEDGER.number:
        yield older(book, min(found, ledger, key=lambda one: one.number))
