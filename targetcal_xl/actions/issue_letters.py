"""Commitment letters: composed, rendered, proved and issued once; a correction is a new version."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ..calibration import Letter, Region, compose, letter_number
from ..ledger import Event, dump, reference
from ..letters import LetterTemplate, render
from ..problems import DataProblems, Problem, Refused
from ..workbook import clear_leftovers, laid_beside, put_in_place
from .check import broken_seals
from .desk import Desk
from .issued import Issue, issues
from .objections import handled_by_line
from .stock import Stock, take_stock

Format = Literal["docx", "pdf", "both"]


@dataclass(frozen=True)
class LetterFiles:
    """One letter and where its files are; not new when it had been issued before."""

    number: str
    region: str
    files: tuple[str, ...]
    is_new: bool


@dataclass(frozen=True)
class LettersReport:
    """All letters of the plan."""

    letters: tuple[LetterFiles, ...]


def issue_letters(
    desk: Desk, out: Path, form: Format = "both", template: Path | None = None
) -> LettersReport:
    """Issue the letter of every confirmed region; what was issued before is written again, unchanged."""
    stock = take_stock(desk)
    if problems := list(_obstacles(stock)):
        raise DataProblems(problems)
    model = _template(template, stock.reading.places.language)
    earlier = {issue.letter.region.code: issue for issue in issues(desk.ledger)}
    handling = handled_by_line(desk.ledger)
    written: list[tuple[Issue, bool, dict[str, bytes]]] = []
    for done, region in enumerate(stock.plan.regions, 1):
        letter, is_new = _letter(stock, region, earlier.get(region.code), handling)
        contents = _files(letter, model, form, stock.reading.places.language)
        written.append((_issue(letter, contents, desk), is_new, contents))
        desk.progress("letters", done, len(stock.plan.regions))
    files = {out / name: content for *_, contents in written for name, content in contents.items()}
    with _laid(files) as laid:
        _record(stock, [issue for issue, is_new, _ in written if is_new], earlier)
        _put(laid)
    return LettersReport(
        tuple(
            LetterFiles(issue.letter.number, issue.letter.region.name, tuple(contents), is_new)
            for issue, is_new, contents in written
        )
    )


def _obstacles(stock: Stock) -> Iterator[Problem]:
    for region in stock.plan.regions:
        if stock.table(region).state != "confirmed":
            yield Problem("region_not_confirmed", region.name)
        yield from broken_seals(stock, region)


def _template(path: Path | None, language: str) -> LetterTemplate:
    if path and not path.is_file():
        raise Refused([Problem("file_missing", str(path))])
    template = LetterTemplate(path.read_bytes()) if path else LetterTemplate.shipped(language)
    if problems := template.problems():
        raise DataProblems(problems)
    return template


def _letter(
    stock: Stock, region: Region, last: Issue | None, handling: dict[str, str]
) -> tuple[Letter, bool]:
    """The letter that is due: the last one, when it still says what was agreed, or else the next version."""
    version = last.letter.version + 1 if last else 1
    letter = compose(
        stock.standing,
        region.code,
        number=letter_number(stock.plan.code, region.code, version),
        version=version,
        replaces=last.letter.number if last else "",
        replaced_head=last.letter.chain_head if last else "",
        replaced_issued=last.letter.issued if last else None,
        issued=stock.desk.clock().date(),
        chain_head=stock.head,
        handling=handling,
    )
    if last and _says_the_same(letter, last.letter):
        return last.letter, False
    return letter, True


def _says_the_same(letter: Letter, last: Letter) -> bool:
    """Whether two letters differ in nothing but when, and after what, they were issued."""
    alike = replace(
        letter,
        number=last.number,
        version=last.version,
        replaces=last.replaces,
        replaced_head=last.replaced_head,
        replaced_issued=last.replaced_issued,
        issued=last.issued,
        chain_head=last.chain_head,
    )
    return dump(alike) == dump(last)


def _files(letter: Letter, template: LetterTemplate, form: Format, language: str) -> dict[str, bytes]:
    """File name -> content, each proved to hold every merged field."""
    contents = render(letter, template, language)
    kinds = ("docx", "pdf") if form == "both" else (form,)
    return {f"{letter.number}.{kind}": getattr(contents, kind) for kind in kinds}


def _issue(letter: Letter, contents: dict[str, bytes], desk: Desk) -> Issue:
    digests = tuple((name, hashlib.sha256(content).hexdigest()) for name, content in contents.items())
    return Issue(letter, desk.clock().isoformat(timespec="seconds"), digests)


def _record(stock: Stock, issued: list[Issue], earlier: dict[str, Issue]) -> None:
    """New letters go to the ledger while their files lie ready."""
    events, documents = [], []
    for issue in issued:
        region, content = issue.letter.region.code, dump(issue)
        last = earlier.get(region)
        old = last.letter.number if last else None
        events.append(Event("letters", region, None, "letter", old, issue.letter.number))
        events.append(Event("letters", region, None, "letter.record", None, reference(content)))
        documents.append(content)
    if events:
        stock.settle(events, documents)


@contextmanager
def _laid(files: Mapping[Path, bytes]) -> Iterator[Mapping[Path, Path]]:
    """Where each file lies ready, beside its place; raise Refused where another letter has that place."""
    for path, content in files.items():
        clear_leftovers(path)
        if path.exists() and path.read_bytes() != content:
            raise Refused([Problem("letter_file_differs", str(path))])
    with ExitStack() as ready:
        _make_folders({path.parent for path in files})
        yield {ready.enter_context(laid_beside(path, content)): path for path, content in files.items()}


def _make_folders(folders: Iterable[Path]) -> None:
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Refused([Problem("folder_not_made", str(folder), {"detail": error.strerror})]) from error


def _put(laid: Mapping[Path, Path]) -> None:
    """Let the files take their places; raise Refused, saying what is recorded, when the system says no."""
    try:
        for new, path in laid.items():
            put_in_place(new, path)
    except Refused as refused:
        raise Refused([Problem("letters_not_written"), *refused.problems]) from refused
