"""Files attached to a line's thread: what may be attached, and where it is kept by its content."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
import zipfile
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

from ..calibration import Plan, Region, Value
from ..exchange import ENDING
from ..ledger import Event, Log
from ..ooxml import LEFTOVER, Package, clear_leftovers, laid_beside, make_folder, put_in_place, read_file
from ..problems import DataProblems, Problem, Refused
from ..workbook import room_for_files
from .desk import Desk, find_file
from .signatures import scans
from .threads import COMMENT, FOLDER, AttachedFile, remarks

if TYPE_CHECKING:
    from email.message import Message

MOST_BYTES: Final = 10_000_000
"""The largest file that may be attached."""
MOST_OF_REGION: Final = 50_000_000
"""What all files of a region may take together."""
_LONGEST_NAME = 120
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_RUNS = re.compile(r"vbaproject|vbadata|macrosheets|activex|oleobject|embeddings/.*\.(?!docx$|xlsx$|pptx$)")
"""Parts of office files that run, or hold what may."""
_CALM = ("text/", "image/", "multipart/", "message/rfc822", "message/delivery-status")
"""What a mail may hold without a name of its own."""
_UNSAFE = re.compile(r"[^\w .()-]")
"""Signs of a name that mean something where it is linked to."""
_BY_CONTENT = re.compile(r"([0-9a-f]{64})(?:\.[^.]+)?")
"""How a file is called that is kept."""
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_DEEPEST = 5
"""So many mails may be inside one another."""

AttachedContent = Sequence[tuple[AttachedFile, bytes]]
"""Files with what is in them."""


def read_attached(paths: Iterable[Path]) -> AttachedContent:
    """Files that somebody attaches; raise DataProblems with everything that speaks against any of them."""
    found, problems = dict[AttachedFile, bytes](), list[Problem]()
    for path in paths:
        try:
            content = _read(path)
            name = unicodedata.normalize("NFC", path.name)
        except Refused as refused:
            problems += refused.problems
            continue
        problems += attached_faults(name, content)
        found[attached_file(name, content)] = content
    if problems:
        raise DataProblems(problems)
    return [*found.items()]


def read_scan(path: Path) -> tuple[AttachedFile, bytes]:
    """A scan of what was signed on paper; raise Refused for none, an empty one, and one that is too large."""
    content = _read(path)
    if not content:
        raise Refused([Problem("attached_empty", path.name)])
    return attached_file(unicodedata.normalize("NFC", path.name), content), content


def attached_file(name: str, content: bytes) -> AttachedFile:
    """A file by its name and content."""
    return AttachedFile(name, len(content), hashlib.sha256(content).hexdigest())


def _read(path: Path) -> bytes:
    """A file's content; raise Refused for none, and for one that is too large to be looked at."""
    find_file(path)
    if path.stat().st_size > MOST_BYTES:
        raise Refused([_too_big(path.name)])
    return read_file(path)


def _too_big(name: str) -> Problem:
    return Problem("attached_too_big", name, {"most": MOST_BYTES // 1_000_000})


def attached_faults(name: str, content: bytes) -> Iterator[Problem]:
    """Why a file may not be attached: its name, its size, what it is, or what it holds."""
    if not content:
        yield Problem("attached_empty", name)
    elif len(content) > MOST_BYTES:
        yield _too_big(name)
    if len(name) > _LONGEST_NAME or any(unicodedata.category(sign)[0] == "C" for sign in name):
        yield Problem("attached_name", ascii(name)[1:-1][:_LONGEST_NAME], {"most": _LONGEST_NAME})
    if content:
        yield from _content_faults(name, content, 0)


def _content_faults(name: str, content: bytes, depth: int) -> Iterator[Problem]:
    ending = PurePath(name).suffix.lower()
    if ending not in _KINDS:
        known = " ".join(sorted(one.removeprefix(".") for one in _KINDS))
        yield Problem("attached_kind", name, {"known": known})
    elif ending == ".eml":
        yield from _mail_faults(name, content, depth)
    elif not _KINDS[ending](content):
        yield Problem("attached_content", name, {"ending": ending})
    elif ending in _MAIN_PARTS and (runs := _running_parts(content)):
        yield Problem("attached_runs", name, {"found": runs[0]})


def _begins(*signs: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(signs)


def _is_text(content: bytes) -> bool:
    """Whether this is text in an encoding that people's programs write."""
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            words = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not any(unicodedata.category(sign) == "Cc" and sign not in "\t\n\r\f" for sign in words)
    return False


_MAIN_PARTS: Final[Mapping[str, str]] = {
    ".docx": f"{_OFFICE}wordprocessingml.document.main+xml",
    ".xlsx": f"{_OFFICE}spreadsheetml.sheet.main+xml",
    ".pptx": f"{_OFFICE}presentationml.presentation.main+xml",
}
"""What the main part of an office file without macros is."""


def _is_office(kind: str) -> Callable[[bytes], bool]:
    def is_one(content: bytes) -> bool:
        try:
            package = Package(content, "")
            targets = {
                one.target for one in package.relationships("").values() if one.kind == "officeDocument"
            }
            return {package.content_type(target) for target in targets} == {kind}
        except Refused:
            return False

    return is_one


def _running_parts(content: bytes) -> list[str]:
    """Parts that hold macros, controls or programs."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return [name for name in archive.namelist() if _RUNS.search(name.lower())]


def _mail_faults(name: str, content: bytes, depth: int) -> Iterator[Problem]:
    """What is wrong with a mail, and with each file that came with it."""
    import email

    mail = email.message_from_bytes(content)
    if not (mail["From"] or mail["Subject"]) or depth > _DEEPEST:
        yield Problem("attached_content", name, {"ending": ".eml"})
        return
    for part in mail.walk():
        own = _file_name(part)
        if own and not part.is_multipart():
            payload = part.get_payload(decode=True)
            yield from _content_faults(own, payload if isinstance(payload, bytes) else b"", depth + 1)
        elif not part.get_content_type().startswith(_CALM):
            yield Problem("attached_runs", name, {"found": part.get_content_type()})


def _file_name(part: Message) -> str:
    """What a file in a mail is called; many programs spell such names as if they were a subject."""
    from email.errors import HeaderParseError
    from email.header import decode_header, make_header

    said = part.get_filename() or ""
    try:
        return str(make_header(decode_header(said)))
    except (HeaderParseError, LookupError, ValueError):
        return said


_KINDS: Final[Mapping[str, Callable[[bytes], bool]]] = {
    ".pdf": _begins(b"%PDF-"),
    ".png": _begins(b"\x89PNG\r\n\x1a\n"),
    **dict.fromkeys((".jpg", ".jpeg"), _begins(b"\xff\xd8\xff")),
    **{ending: _is_office(kind) for ending, kind in _MAIN_PARTS.items()},
    **dict.fromkeys((".txt", ".csv"), _is_text),
    ".eml": lambda _content: True,
}
"""What may be attached, by the ending of its name, and how its content shows that it is that."""


def room_faults(log: Log, plan: Plan, region: Region, more: Iterable[AttachedFile]) -> Iterator[Problem]:
    """Why a region has no room for more files: its tab lists so many, and they may take only so much."""
    rows = room_for_files(plan, region.code)
    known = [one.file for one in remarks(log, region.code) if one.file]
    added = [*more]
    if len(known) + len(added) > rows:
        yield Problem("attached_many", region.name, {"most": rows})
    if sum({one.sha256: one.size for one in (*known, *added)}.values()) > MOST_OF_REGION:
        yield Problem("attached_full", region.name, {"most": MOST_OF_REGION // 1_000_000})


def keep_attached(desk: Desk, recorded: Value, files: Iterable[tuple[AttachedFile, bytes]]) -> list[Event]:
    """Put files where they are kept, safe on the disk; what is to be recorded of where that is.

    Raise Refused where the system does not let it.
    """
    place = ""
    for file, content in files:
        if not place:
            place = str(recorded or _new_folder(desk))
            make_folder(desk.path.parent / place)
        path = desk.path.parent / place / file.stored
        clear_leftovers(path)
        if not path.exists() or path.read_bytes() != content:
            with laid_beside(path, content) as new:
                put_in_place(new, path)
    return [Event(COMMENT, *FOLDER, None, place)] if place and not recorded else []


def _new_folder(desk: Desk) -> str:
    """Beside the ledger where that is a file, else beside the book; as seen from the book."""
    place = desk.ledger.place
    beside = desk.path if "://" in place else Path(place)
    folder = beside.with_name(files_folder(beside.name))
    try:
        return Path(os.path.relpath(folder.resolve(), desk.path.parent.resolve())).as_posix()
    except ValueError:  # on another drive
        return folder.resolve().as_posix()


def handed_files(log: Log, region: str) -> dict[str, AttachedFile]:
    """A region's attached files by what they are called when they are handed out: each in its own name.

    The oldest come first, so that a name stays whatever is attached later.
    """
    found: dict[str, AttachedFile] = {}
    taken: set[str] = set()
    for file in dict.fromkeys(one.file for one in remarks(log, region) if one.file):
        name = _UNSAFE.sub("_", file.name)
        if _DEVICES.match(name) or name.startswith((".", "-")) or name.casefold() in taken:
            name = f"{file.sha256[:8]} {name}"
        taken.add(name.casefold())
        found[name] = file
    return found


def files_folder(name: str) -> str:
    """The folder beside a pack of this name, as the pack's links have it."""
    return _UNSAFE.sub("_", PurePath(name).stem) + ENDING


def kept_file(desk: Desk, recorded: Value, file: AttachedFile) -> bytes:
    """What is in a file that was attached; raise Refused where it is gone or another one."""
    place = f"{recorded}/{file.stored}"
    try:
        content = read_file(desk.path.parent / place)
    except Refused as refused:
        raise Refused([Problem("attached_lost", place, {"file": file.name})]) from refused
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise Refused([Problem("attached_changed", place, {"file": file.name})])
    return content


def finish_erasure(desk: Desk) -> None:
    """Leave no bytes of what was erased: neither in files that were attached nor in the ledger.

    Raise Refused where the system does not let it.
    """
    if not desk.ledger.unscrubbed:
        return
    if place := desk.ledger.values().get(FOLDER):
        _sweep(desk.path.parent / str(place), {file.sha256 for file in _kept(desk.ledger)})
    desk.ledger.scrub()


def _kept(log: Log) -> Iterator[AttachedFile]:
    """Every file that is kept: what was attached, and scans of letters."""
    yield from (one.file for one in remarks(log) if one.file)
    yield from scans(log)


def _sweep(folder: Path, kept: Container[str]) -> None:
    """Take away what nothing recorded names any more, and what a killed writer left."""
    for path in [*folder.iterdir()] if folder.is_dir() else ():
        named = _BY_CONTENT.fullmatch(path.name)
        if (named and named[1] not in kept) or path.name.startswith(LEFTOVER):
            try:
                path.unlink()
            except OSError as error:
                raise Refused([Problem("attached_stays", path.name, {"detail": error.strerror})]) from error


def lost_files(desk: Desk) -> Iterator[Problem]:
    """Attached files and scans that are gone, or are not what was attached any more."""
    recorded = desk.ledger.values().get(FOLDER)
    for file in dict.fromkeys(_kept(desk.ledger)):
        try:
            kept_file(desk, recorded, file)
        except Refused as refused:
            yield from refused.problems
