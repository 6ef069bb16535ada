"""Archiving letters: each in its person's folder, once, read back, found again, deleted lawfully."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ..archive import (
    ArchivedFile,
    ArchivedLetter,
    ArchiveStore,
    Manifest,
    folder_of,
    manifests,
    open_store,
    parse_place,
)
from ..calibration.vocabulary import LetterState
from ..desk import FOLDER as FILES_FOLDER
from ..desk import (
    AttachedFile,
    Desk,
    Issue,
    LetterSignature,
    Stock,
    happened,
    issues,
    kept_file,
    letter_signatures,
    plan_of,
    take_stock,
)
from ..language import is_placeholder, listed, text
from ..ledger import Event, Log, dump, load, reference
from ..letters.file_names import file_name
from ..problems import DataProblems, Problem, Refused
from ..signing import issued_part
from ..telling import DONE, QUIET, WRONG, Part, Report, Sentence
from .letter_files import LetterShelf, is_issued
from .letters_held import FOLDER
from .proof import LetterProofs

_ACTION: Final = "archive"
_RECORD: Final = "archive.record"


@dataclass(frozen=True)
class ArchiveReport(Report):
    """What was archived, or deleted, and what stands in the way of the rest."""

    place: str
    written: tuple[str, ...]
    """The files that were not there before."""
    letters: int
    """How many letters lie there now, with all that belongs to them."""
    deleted: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    verified: bool = False
    """Whether it was only looked at."""

    @property
    def leaves_work(self) -> bool:
        """Whether something is missing, changed or foreign, or could not be archived."""
        return bool(self.problems)

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        fields = {"place": self.place, "letters": self.letters, "files": len(self.written)}
        if self.deleted:
            yield Sentence(
                text("telling.archive.deleted", language, letters=listed(self.deleted, language)), DONE
            )
        elif self.verified and not self.problems:
            yield Sentence(text("telling.archive.verified", language, **fields), DONE)
        elif not self.verified:
            code = "written" if self.written else "nothing"
            yield Sentence(
                text(f"telling.archive.{code}", language, **fields), DONE if self.written else QUIET
            )
        for problem in self.problems:
            yield Sentence(problem.sentence(language), WRONG)


_AT_ONCE: Final = 20
"""So many letters are recorded together, as soon as they are there."""


def archive(desk: Desk, to: str, letters: Sequence[Path] = ()) -> ArchiveReport:
    """Put every version of every letter into the archive, with what belongs to it, and read it back.

    What lies there already stays, and what was cut short is finished. Raise Refused where the archive is out
    of reach; what was stored until then is recorded, and said to be.
    """
    stock, place = take_stock(desk), parse_place(to)
    with open_store(place) as store:
        store.tidy()
        shelf = LetterShelf(letters or [desk.path.parent / FOLDER])
        work = _Work(stock, store, place.address, shelf)
        work.run()
        with _said_of_manifests(place.address, work.count):
            _tell(desk, store, place.address)
    return ArchiveReport(place.address, tuple(work.written), work.count, problems=tuple(work.problems))


@contextmanager
def _said_of_manifests(place: str, letters: int) -> Iterator[None]:
    """Where manifests cannot be written, say what of the archive is as it should be nevertheless."""
    try:
        yield
    except Refused as refused:
        said = {"letters": letters}
        raise Refused([*refused.problems, Problem("archive_manifest_left", place, said)]) from refused


def delete_archived(
    desk: Desk, to: str, numbers: Sequence[str], reason: str, *, legal: bool = False
) -> ArchiveReport:
    """Delete letters from the archive once they need not be kept, or as the law asks, with a record.

    Raise Refused without a reason and for letters that are not there, DataProblems for those that are to be
    kept still.
    """
    if is_placeholder(reason):
        raise Refused([Problem("reason_missing")])
    stock, place = take_stock(desk), parse_place(to)
    known = archived(desk.ledger, place.address)
    if wrong := [number for number in numbers if number not in known]:
        raise Refused([Problem("archive_number", fields={"numbers": wrong, "place": place.address})])
    chosen = [known[number] for number in dict.fromkeys(numbers)]
    if problems := [] if legal else [*_still_kept(chosen, desk.clock().date())]:
        raise DataProblems(problems)
    with open_store(place) as store:
        stock.settle([_deletion(stock, letter, reason) for letter in chosen])
        _remove(store, chosen)
        with _said_of_manifests(place.address, len(known) - len(chosen)):
            _tell(desk, store, place.address)
    return ArchiveReport(
        place.address, (), len(known) - len(chosen), deleted=tuple(letter.number for letter in chosen)
    )


def archive_as_said(
    desk: Desk,
    to: str,
    letters: Sequence[Path],
    numbers: Sequence[str],
    reason: str,
    *,
    prove: bool,
    legal: bool,
) -> ArchiveReport:
    """Archive, or look at what was archived, or delete, by what a person said."""
    if numbers:
        return delete_archived(desk, to, numbers, reason, legal=legal)
    return verify_archive(desk, to) if prove else archive(desk, to, letters)


def _still_kept(letters: Iterable[ArchivedLetter], today: dt.date) -> Iterator[Problem]:
    for letter in letters:
        if letter.keep_until is None:
            yield Problem("archive_no_retention", letter.number)
        elif today <= letter.keep_until:
            yield Problem("archive_kept", letter.number, {"until": letter.keep_until.isoformat()})


def _deletion(stock: Stock, letter: ArchivedLetter, reason: str) -> Event:
    """The record that a letter was deleted from its place; it stays when the letter does not."""
    regions = {issue.letter.number: issue.letter.region.code for issue in issues(stock.desk.ledger)}
    values, region = stock.standing.values, regions[letter.number]
    event = happened(_ACTION, values, region, letter.number, LetterState.DELETED, letter.place)
    return replace(event, reason=reason)


def _remove(store: ArchiveStore, letters: Iterable[ArchivedLetter]) -> None:
    for letter in letters:
        for file in letter.files:
            store.remove(file.path)


def _tell(desk: Desk, store: ArchiveStore, place: str) -> None:
    """Have the archive's manifests say what the ledger does."""
    for name, content in manifests(plan_of(desk).code, archived(desk.ledger, place).values()).items():
        if store.read(name) != content:
            store.put(name, content)


def verify_archive(desk: Desk, to: str) -> ArchiveReport:
    """Read the whole archive, and name whatever was changed, is missing, or is nobody's."""
    place = parse_place(to)
    letters = archived(desk.ledger, place.address)
    with open_store(place) as store:
        problems = [*_differences(desk, store, letters), *_foreign(desk, store, place.address)]
    return ArchiveReport(place.address, (), len(letters), problems=tuple(problems), verified=True)


def _differences(desk: Desk, store: ArchiveStore, letters: Mapping[str, ArchivedLetter]) -> Iterator[Problem]:
    for done, letter in enumerate(letters.values(), 1):
        for file in letter.files:
            content, said = store.read(file.path), {"letter": letter.number}
            if content is None:
                yield Problem("archive_missing", file.path, said)
            elif _digest(content) != file.sha256:
                yield Problem("archive_changed", file.path, said)
        desk.progress("archive", done, len(letters))
    for name, wanted in manifests(plan_of(desk).code, letters.values()).items():
        if store.read(name) != wanted and letters:
            yield Problem("archive_manifest", name)


def _foreign(desk: Desk, store: ArchiveStore, place: str) -> Iterator[Problem]:
    """Files that no letter of ours and no manifest of another plan knows of, and those that were deleted."""
    own = {file.path for letter in archived(desk.ledger, place).values() for file in letter.files}
    gone = {file.path: letter for letter in deleted(desk.ledger, place) for file in letter.files}
    plans = Manifest.of(plan_of(desk).code)
    there = store.names() - own - {plans.csv, plans.json}
    others = {name: Manifest.paths(store.read(name) or b"") for name in there if Manifest.is_one(name)}
    known = {path for paths in others.values() for path in paths} | _manifests_of(others)
    for name in sorted(there - known):
        if name in gone:
            yield Problem("archive_undeleted", name, {"letter": gone[name].number})
        else:
            yield Problem("archive_foreign", name)


def _manifests_of(others: Mapping[str, set[str]]) -> set[str]:
    """Other plans' manifests, each with the table beside it."""
    stems = [name.removesuffix(".json") for name, paths in others.items() if paths]
    return {f"{stem}{ending}" for stem in stems for ending in (".json", ".csv")}


def archived(ledger: Log, place: str) -> dict[str, ArchivedLetter]:
    """By number the letters that lie at a place, as they were recorded last."""
    found = dict[str, ArchivedLetter]()
    for entry in ledger.entries(action=_ACTION):
        if entry.field == _RECORD:
            letter = load(ArchivedLetter, ledger.document(str(entry.new)))
            if letter.place == place:
                found[letter.number] = letter
        elif entry.field == f"letter.{LetterState.DELETED}" and entry.new == place:
            found.pop(str(entry.row), None)
    return found


def deleted(ledger: Log, place: str) -> list[ArchivedLetter]:
    """The letters that lay at a place until they were deleted."""
    now = archived(ledger, place)
    records = ledger.entries(action=_ACTION, field=_RECORD)
    ever = (load(ArchivedLetter, ledger.document(str(entry.new))) for entry in records)
    return [letter for letter in ever if letter.place == place and letter.number not in now]


def keep_until(stock: Stock) -> dt.date | None:
    """The last day on which letters are to be kept; None where the plan does not say."""
    years, end = stock.plan.letters.keep_years, stock.plan.period.end
    if not years:
        return None
    day = min(end.day, 28) if end.month == 2 else end.day
    return end.replace(year=end.year + years, day=day)


_Belonging = tuple[str, str, bytes]
"""What kind of file belongs to a letter, its name, and what is in it."""


class _Work:
    """Archiving letters from folders to a place: what was written, and what stands in the way."""

    def __init__(self, stock: Stock, store: ArchiveStore, place: str, shelf: LetterShelf) -> None:
        self._stock, self._store, self._place, self._shelf = stock, store, place, shelf
        self._proofs = LetterProofs(stock.desk)
        self._before = archived(stock.desk.ledger, place)
        self._gone = deleted(stock.desk.ledger, place)
        self._there = store.names()
        self._signatures = _on_paper(stock.desk.ledger)
        self.written: list[str] = []
        self.problems: list[Problem] = []

    @property
    def count(self) -> int:
        """How many letters lie there by now, as the ledger has it."""
        return len(self._before)

    def run(self) -> None:
        """Lay every letter where it belongs, and have the ledger learn of it; what was deleted stays so."""
        _remove(self._store, self._gone)
        over = {letter.number for letter in self._gone}
        every = [issue for issue in issues(self._stock.desk.ledger) if issue.letter.number not in over]
        try:
            for first in range(0, len(every), _AT_ONCE):
                self._batch(every[first : first + _AT_ONCE])
                self._stock.desk.progress("archive", min(first + _AT_ONCE, len(every)), len(every))
        except Refused as refused:
            said = {"letters": self.count, "left": len(every) - self.count}
            raise Refused([*refused.problems, Problem("archive_stopped", self._place, said)]) from refused

    def _batch(self, some: Iterable[Issue]) -> None:
        """Lay some letters there; those that are whole are recorded, also where others fail."""
        events, documents, done = list[Event](), list[bytes](), dict[str, ArchivedLetter]()
        try:
            for issue in some:
                before, now = self._before.get(issue.letter.number), self._letter(issue)
                if now.files and now != before:
                    documents.append(dump(now))
                    events += self._events(issue, before, reference(documents[-1]))
                    done[now.number] = now
        finally:
            if events:
                take_stock(self._stock.desk).settle(events, documents)
                self._before |= done

    def _events(self, issue: Issue, before: ArchivedLetter | None, record: str) -> Iterator[Event]:
        region, number = issue.letter.region.code, issue.letter.number
        values = self._stock.standing.values
        yield Event(_ACTION, region, number, _RECORD, values.get((region, number, _RECORD)), record)
        yield happened(_ACTION, values, region, number, LetterState.ARCHIVED, self._place)

    def _letter(self, issue: Issue) -> ArchivedLetter:
        """A letter as it lies in the archive once this is over: what was there, and what came to it."""
        letter, plan, head = issue.letter, self._stock.plan, issue.letter.region.head
        before = self._before.get(letter.number)
        files = {file.path: file for file in before.files} if before else {}
        folder = folder_of(plan.letters.folder, letter, plan.code)
        for kind, name, content in self._belongings(issue, f"{folder}/", files):
            file = ArchivedFile(kind, f"{folder}/{name}", _digest(content), len(content))
            if self._laid(file, content, files.get(file.path)):
                files[file.path] = file
        return ArchivedLetter(
            place=self._place,
            number=letter.number,
            version=letter.version,
            employee=head.employee,
            name=head.name,
            region=letter.region.name,
            plan=plan.code,
            period=str(letter.period),
            archived_at=self._at(before),
            keep_until=keep_until(self._stock),
            files=tuple(files[path] for path in sorted(files)),
        )

    def _at(self, before: ArchivedLetter | None) -> str:
        now = self._stock.desk.clock().isoformat(timespec="seconds")
        return before.archived_at if before else now

    def _belongings(
        self, issue: Issue, folder: str, known: Mapping[str, ArchivedFile]
    ) -> Iterator[_Belonging]:
        """What is to lie in the archive and does not yet, as it lies in the folder or can be made."""
        issued = [*self._issued(issue, folder, known)]
        yield from issued
        if not (issued or known):
            return  # without the letter itself nothing of it is archived
        for (attachment, content), _ in self._shelf.signed(issue):
            name = f"{attachment.name.removesuffix('.pdf')}.{attachment.sha256[:8]}.pdf"
            if not self._lies(folder + name, known):
                yield "signed", name, content
        yield from self._scans(issue, folder, known)
        proof = file_name(issue.letter.number, "proof.json")
        if not self._lies(folder + proof, known):
            yield "proof", proof, dump(self._proofs.of(issue))

    def _lies(self, path: str, known: Mapping[str, ArchivedFile]) -> bool:
        """Whether a file was recorded, and is there; what is in it is looked at by verifying."""
        return path in known and path in self._there

    def _issued(self, issue: Issue, folder: str, known: Mapping[str, ArchivedFile]) -> Iterator[_Belonging]:
        """The letter's own files. Where there is a PDF, the Word file that it was set from may be missing."""
        may_miss = ".docx" if any(name.endswith(".pdf") for name, _ in issue.files) else None
        for name, digest in issue.files:
            path, said = self._shelf.place(name), {"letter": issue.letter.number}
            content = path.read_bytes() if path.is_file() else None
            if self._lies(folder + name, known):
                continue
            if content is None and path.suffix != may_miss:
                self.problems.append(Problem("letter_not_lying", str(path), said))
            elif content is not None and not is_issued(content, digest):
                self.problems.append(Problem("letter_file_changed", str(path), said))
            elif content is not None:
                part = content if _digest(content) == digest else issued_part(content, {digest})
                yield "letter", name, part or content

    def _scans(self, issue: Issue, folder: str, known: Mapping[str, ArchivedFile]) -> Iterator[_Belonging]:
        """What was signed on paper, as it was taken in."""
        number = issue.letter.number
        for one in self._signatures.get(number, ()):
            name = file_name(number, f"{one.role}.{one.sha256[:8]}{Path(one.file).suffix.lower()}")
            if self._lies(folder + name, known):
                continue
            if (content := self._scan(one)) is not None:
                yield "scan", name, content
            else:
                self.problems.append(Problem("archive_scan", one.file, {"letter": number}))

    def _scan(self, one: LetterSignature) -> bytes | None:
        """A scan as it was taken in: where it is kept, else, as 0.5.0 kept none, where the letters lie."""
        kept = self._stock.standing.values.get(FILES_FOLDER)
        with suppress(Refused):
            return kept_file(self._stock.desk, kept, AttachedFile(one.file, 0, one.sha256))
        path = self._shelf.place(one.file)
        content = path.read_bytes() if path.is_file() else b""
        return content if _digest(content) == one.sha256 else None

    def _laid(self, file: ArchivedFile, content: bytes, known: ArchivedFile | None) -> bool:
        """Whether a file is in the archive now. What lies there unrecorded is ours only if it is the same."""
        is_made_anew = file.kind == "proof"
        found = self._store.read(file.path) if file.path in self._there else None
        if found is not None and found != content and not is_made_anew:
            self.problems.append(Problem("archive_taken", file.path))
            return False
        if found != content:
            self._store.put(file.path, content)
            self.written.append(file.path)
        return known is None or known == file or is_made_anew


def _on_paper(ledger: Log) -> Mapping[str, list[LetterSignature]]:
    """By the letter's number the signatures on it of which somebody keeps a scan."""
    found = defaultdict[str, list[LetterSignature]](list)
    for one in letter_signatures(ledger):
        if one.way == "paper":
            found[one.letter].append(one)
    return found


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
