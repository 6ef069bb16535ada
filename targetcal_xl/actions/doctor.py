"""What this computer has, whether a workbook's buttons work here, and whether a template can be used."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from ..desk import has_own_password, ledger_beside
from ..language import text
from ..ledger import open_ledger
from ..letters import LetterTemplate, Rehearsal, font_files, rehearse
from ..machine import Computer, Said, book_health, excel_health, find_soffice, mend, this_computer
from ..problems import Problem, Refused, TargetcalError
from ..telling import DONE, Part, Report, Sentence, tell_problems

PARTS = ("XlsxWriter", "docxtpl", "typst", "SQLAlchemy", "numpy")


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
    """Look at this computer, and at a workbook on it; with `fix` mend first what we may."""
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
    """Try a letter template out: everything that issuing letters will do, on sample contents."""
    if not path.is_file():
        raise Refused([Problem("file_missing", str(path))])
    tried = rehearse(LetterTemplate(path.read_bytes()))
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


def _program(language: str) -> Iterator[str]:
    """This program and what it is made of."""
    system = platform.system()
    yield text("actions.doctor.python", language, version=platform.python_version(), system=system)
    yield text("actions.doctor.parts", language, parts=", ".join(f"{part} {version(part)}" for part in PARTS))
    yield text("actions.doctor.fonts", language, fonts=", ".join(sorted(file.name for file in font_files())))
    yield text(f"actions.doctor.{'own' if has_own_password() else 'kept'}_password", language)
    yield text(f"actions.doctor.{'office' if find_soffice() else 'no_office'}", language)


def _ledger(book: Path, ledger: str | None, language: str) -> Iterator[Said]:
    """Whether a book's ledger is there and whole."""
    try:
        with open_ledger(ledger or ledger_beside(book)) as opened:
            problems = opened.verify()
            yield from problems
            if not problems:
                entries = opened.last.number if opened.last else 0
                yield text("actions.doctor.ledger", language, place=opened.place, entries=entries)
    except TargetcalError as refused:
        yield from refused.problems
