"""Faults on which Excel repairs or refuses a workbook, and which the Open XML SDK validator lets pass."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from tests.support import vbalint

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PARENT = "xl/workbook.xml"
_NAME = re.compile(r"[^\W\d][\w.\\?]{0,254}|\\[\w.\\?]{0,254}")
_LOOKS_LIKE_A_CELL = re.compile(r"(?:[A-Z]{1,3}[0-9]{1,7}|R[0-9]*C[0-9]*|R|C)\Z", re.IGNORECASE)
_SHEETS_NAMED = re.compile(r"(?:'((?:[^'\[\]]|'')+)'|(?<![\w.'\])#])\b([^\W\d][\w.]*))!")
_STRINGS = re.compile(r"('(?:[^']|'')*')|\"[^\"]*\"")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_MAIN_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    ".xltx": "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
}

Box = tuple[int, int, int, int]
"""Left, top, right, bottom, from 1."""


@dataclass
class Sheet:
    """One worksheet: its name, its tree, the kind and part of what it points to."""

    name: str
    root: Element
    targets: list[tuple[str, str]]

    @property
    def cells(self) -> Iterator[Element]:
        """Its cells in document order."""
        return self.root.iter(MAIN + "c")


@dataclass
class Book:
    """A workbook's parts, as far as they can be parsed."""

    suffix: str
    parts: dict[str, bytes]
    sheets: list[Sheet] = field(default_factory=list)

    def tree(self, part: str) -> Element | None:
        """The root of a part, or nothing when the part is not there."""
        return ElementTree.fromstring(self.parts[part]) if part in self.parts else None

    def targets(self, part: str) -> dict[str, tuple[str, str]]:
        """Relationship id -> last word of its type, part."""
        folder, name = posixpath.split(part)
        listed = self.tree(posixpath.join(folder, "_rels", f"{name}.rels"))
        return {
            one.get("Id", ""): (
                one.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/"),
            )
            for one in (listed if listed is not None else ())
            if one.get("TargetMode") != "External"
        }

    @cached_property
    def workbook(self) -> Element:
        """The root of the main part."""
        return ElementTree.fromstring(self.parts[_PARENT])

    @cached_property
    def names(self) -> list[str]:
        """The names of all tabs."""
        return [sheet.get("name", "") for sheet in self.workbook.iter(MAIN + "sheet")]

    @property
    def tabs(self) -> Iterator[tuple[str, str, str]]:
        """Name, kind and part of every tab."""
        targets = self.targets(_PARENT)
        for listed in self.workbook.iter(MAIN + "sheet"):
            yield (listed.get("name", ""), *targets.get(listed.get(_ID, ""), ("", "")))

    @cached_property
    def strings(self) -> list[str]:
        """The shared strings."""
        table = self.tree("xl/sharedStrings.xml")
        return (
            ["".join(t.text or "" for t in item.iter(MAIN + "t")) for item in table]
            if table is not None
            else []
        )

    def count(self, collection: str) -> int:
        """How many formats of a kind (`cellXfs`, `dxfs`) the styles part has."""
        styles = self.tree("xl/styles.xml")
        found = styles.find(MAIN + collection) if styles is not None else None
        return len(found) if found is not None else 0


def lint(path: Path) -> list[str]:
    """Every fault found, in words; an empty list for a file that Excel opens without repair."""
    with zipfile.ZipFile(path) as file:
        names = file.namelist()
        book = Book(path.suffix.lower(), {name: file.read(name) for name in names})
    faults = [f"duplicate zip entry {name}" for name, times in Counter(names).items() if times > 1]
    faults += _malformed(book)
    if faults:
        return faults
    for name, kind, part in book.tabs:
        root = book.tree(part)
        if root is None:
            faults.append(f"tab {name} has no part")
        elif kind == "worksheet":
            book.sheets.append(Sheet(name, root, list(book.targets(part).values())))
    faults += [fault for rule in _BOOK_RULES for fault in rule(book)]
    faults += vbalint.faults(book.parts)
    return faults + [
        f"{sheet.name}: {fault}"
        for sheet in book.sheets
        for rule in _SHEET_RULES
        for fault in rule(book, sheet)
    ]


def column(letters: str) -> int:
    """A -> 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


@lru_cache(1 << 17)
def box(ref: str) -> Box:
    """A1:C3 -> (1, 1, 3, 3)."""
    corners = [re.fullmatch(r"\$?([A-Z]+)\$?([0-9]+)", corner) for corner in ref.split(":")]
    spots = [(column(found[1]), int(found[2])) for found in corners if found]
    return (*spots[0], *spots[-1])


def _malformed(book: Book) -> Iterator[str]:
    for name, data in book.parts.items():
        if name.endswith((".xml", ".rels", ".vml")):
            try:
                ElementTree.fromstring(data)
            except ElementTree.ParseError as error:
                yield f"{name}: {error}"


def _content_types(book: Book) -> Iterator[str]:
    types = book.tree("[Content_Types].xml")
    listed = list(types) if types is not None else []
    overrides = {one.get("PartName", "").lstrip("/"): one.get("ContentType", "") for one in listed}
    defaults = {one.get("Extension", "").lower() for one in listed}
    yield from (
        f"content type for a part that is not there: {part}"
        for part in overrides
        if part and part not in book.parts
    )
    for part in book.parts:
        if (
            part not in overrides
            and part.rpartition(".")[2].lower() not in defaults
            and part != "[Content_Types].xml"
        ):
            yield f"no content type for {part}"
    if overrides.get(_PARENT) != _MAIN_TYPES.get(book.suffix):
        yield f"content type {overrides.get(_PARENT)} does not fit {book.suffix}"


def _relationships(book: Book) -> Iterator[str]:
    for rels in (name for name in book.parts if name.endswith(".rels")):
        folder, name = posixpath.split(rels)
        owner = posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))
        for kind, target in book.targets(owner).values():
            if target not in book.parts:
                yield f"{rels}: {kind} points to {target}, which is not there"


def _tabs(book: Book) -> Iterator[str]:
    for name in book.names:
        if (
            not 1 <= len(name) <= 31
            or re.search(r"[\[\]:*?/\\]", name)
            or name[:1] == "'"
            or name[-1:] == "'"
        ):
            yield f"bad tab name {name!r}"
    folded = [name.casefold() for name in book.names]
    yield from (f"tab name {name!r} repeats" for name, times in Counter(folded).items() if times > 1)


def _defined_names(book: Book) -> Iterator[str]:
    seen: Counter[tuple[str, str | None]] = Counter()
    known = {name.casefold() for name in book.names}
    for element in book.workbook.iter(MAIN + "definedName"):
        name, text = element.get("name", ""), element.text or ""
        seen[name.casefold(), element.get("localSheetId")] += 1
        if not _NAME.fullmatch(name) or _LOOKS_LIKE_A_CELL.match(name):
            yield f"bad name {name!r}"
        if int(element.get("localSheetId", 0)) >= len(book.names):
            yield f"name {name} belongs to no tab"
        if bad_formula(text):
            yield f"name {name}: formula {text}"
        for quoted, bare in _SHEETS_NAMED.findall(_STRINGS.sub(r"\1", text)):
            if (quoted.replace("''", "'") or bare).casefold() not in known:
                yield f"name {name} refers to no tab: {text}"
    yield from (f"name {name} repeats" for (name, _), times in seen.items() if times > 1)


def _strings(book: Book) -> Iterator[str]:
    yield from (f"shared string of {len(said)} characters" for said in book.strings if len(said) > 32767)


def _counts(book: Book) -> Iterator[str]:
    styles = book.tree("xl/styles.xml")
    for collection in styles if styles is not None else ():
        if int(collection.get("count", len(collection))) != len(collection):
            yield f"{collection.tag.removeprefix(MAIN)}: {len(collection)}, not {collection.get('count')}"


def _calculation_chain(book: Book) -> Iterator[str]:
    chain = book.tree("xl/calcChain.xml")
    tabs = {listed.get("sheetId"): listed.get("name") for listed in book.workbook.iter(MAIN + "sheet")}
    calculated = {
        (sheet.name, cell.get("r"))
        for sheet in book.sheets
        for cell in sheet.cells
        if cell.find(MAIN + "f") is not None
    }
    tab = None
    for entry in chain if chain is not None else ():
        tab = entry.get("i", tab)
        if (tabs.get(tab), entry.get("r")) not in calculated:
            yield f"calcChain names {tabs.get(tab)}!{entry.get('r')}, which has no formula"


def _table_identities(book: Book) -> Iterator[str]:
    tables = [table for sheet in book.sheets for table in _tables(book, sheet)]
    for attribute in ("id", "displayName"):
        held = Counter(table.get(attribute, "").casefold() for table in tables)
        yield from (f"table {attribute} {value} repeats" for value, times in held.items() if times > 1)
    named = {element.get("name", "").casefold() for element in book.workbook.iter(MAIN + "definedName")}
    for table in tables:
        if table.get("displayName", "").casefold() in named:
            yield f"table {table.get('displayName')} has the name of a defined name"


def _order(_book: Book, sheet: Sheet) -> Iterator[str]:
    rows = list(sheet.root.iter(MAIN + "row"))
    for before, after in pairwise([0, *(int(row.get("r", 0)) for row in rows)]):
        if after <= before:
            yield f"row {after} repeats or is out of order"
    for row in rows:
        spots = [box(cell.get("r", "A0"))[:2] for cell in row.iter(MAIN + "c")]
        yield from (
            f"cell of row {number} in row {row.get('r')}"
            for _, number in spots
            if str(number) != row.get("r")
        )
        for left, right in pairwise([0, *(place for place, _ in spots)]):
            if right <= left:
                yield f"cell in column {right} of row {row.get('r')} repeats or is out of order"


def _cells(book: Book, sheet: Sheet) -> Iterator[str]:
    formats = book.count("cellXfs")
    for cell in sheet.cells:
        ref, formula, value = cell.get("r"), cell.find(MAIN + "f"), cell.findtext(MAIN + "v")
        if int(cell.get("s", 0)) >= max(formats, 1):
            yield f"{ref}: style {cell.get('s')} out of range"
        if formula is not None and bad_formula(formula.text or ""):
            yield f"{ref}: formula {formula.text}"
        if cell.get("t") == "s" and not 0 <= int(value or -1) < len(book.strings):
            yield f"{ref}: shared string {value} out of range"
        if cell.get("t") == "inlineStr" and len("".join(t.text or "" for t in cell.iter(MAIN + "t"))) > 32767:
            yield f"{ref}: text too long"


def _overlaps(book: Book, sheet: Sheet) -> Iterator[str]:
    merged = [("merge", merge.get("ref", "")) for merge in sheet.root.iter(MAIN + "mergeCell")]
    tables = [("table", table.get("ref", "")) for table in _tables(book, sheet)]
    boxes = [(kind, ref, box(ref)) for kind, ref in merged + tables]
    for (one, first, a), (other, second, b) in combinations(boxes, 2):
        if a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]:
            yield f"{one} {first} overlaps {other} {second}"


def _table_shapes(book: Book, sheet: Sheet) -> Iterator[str]:
    texts = {cell.get("r", ""): _text(book, cell) for cell in sheet.cells} if _tables(book, sheet) else {}
    shown = {box(ref)[:2]: text for ref, text in texts.items()}
    for table in _tables(book, sheet):
        name, (left, top, right, bottom) = table.get("displayName"), box(table.get("ref", ""))
        heads = [head.get("name", "") for head in table.iter(MAIN + "tableColumn")]
        has_heads = table.get("headerRowCount", "1") != "0"
        if len({head.casefold() for head in heads}) != len(heads):
            yield f"table {name}: column names repeat"
        if len(heads) != right - left + 1:
            yield f"table {name}: {len(heads)} columns in {table.get('ref')}"
        if bottom - top < has_heads:
            yield f"table {name}: no row below the header"
        for place, head in enumerate(heads if has_heads else (), left):
            if shown.get((place, top)) != _plain(head):
                yield f"table {name}: column {head!r}, cell {shown.get((place, top))!r}"


def _validations(_book: Book, sheet: Sheet) -> Iterator[str]:
    limits = {"error": 255, "prompt": 255, "errorTitle": 32, "promptTitle": 32}
    for rule in sheet.root.iter(MAIN + "dataValidation"):
        where, first = rule.get("sqref"), rule.findtext(MAIN + "formula1") or ""
        yield from (
            f"validation {where}: {name} too long"
            for name, most in limits.items()
            if len(rule.get(name, "")) > most
        )
        if rule.get("type") == "list" and first.startswith('"') and len(first) - 2 > 255:
            yield f"validation {where}: list too long"
        for formula in (rule.findtext(MAIN + "formula1"), rule.findtext(MAIN + "formula2")):
            if bad_formula(formula or ""):
                yield f"validation {where}: formula {formula}"


def _conditional_formats(book: Book, sheet: Sheet) -> Iterator[str]:
    formats = book.count("dxfs")
    for rule in sheet.root.iter(MAIN + "cfRule"):
        if int(rule.get("dxfId", -1)) >= formats:
            yield f"dxfId {rule.get('dxfId')} out of range"
        for formula in rule.iter(MAIN + "formula"):
            if bad_formula(formula.text or ""):
                yield f"conditional format: formula {formula.text}"


def bad_formula(text: str) -> bool:
    """Whether brackets or quotes do not pair up, it begins with `=`, or it is too long."""
    bare = _QUOTED.sub("", text)
    depths = [0]
    for sign in bare:
        depths.append(depths[-1] + (sign in "({") - (sign in ")}"))
    return (
        min(depths) < 0
        or depths[-1] != 0
        or bool(set("\"'") & set(bare))
        or text[:1] == "="
        or len(text) > 8192
    )


def _tables(book: Book, sheet: Sheet) -> list[Element]:
    trees = [book.tree(target) for kind, target in sheet.targets if kind == "table"]
    return [tree for tree in trees if tree is not None]


def _text(book: Book, cell: Element) -> str | None:
    """The text that a cell shows, for header cells."""
    value = cell.findtext(MAIN + "v")
    if cell.get("t") == "s" and value and int(value) < len(book.strings):
        return _plain(book.strings[int(value)])
    if cell.get("t") == "inlineStr":
        return _plain("".join(t.text or "" for t in cell.iter(MAIN + "t")))
    return value


def _plain(said: str) -> str:
    """Text with `_xHHHH_` resolved and newlines as a table column's name keeps them."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), said)


_BOOK_RULES: list[Callable[[Book], Iterator[str]]] = [
    _content_types,
    _relationships,
    _tabs,
    _defined_names,
    _strings,
    _counts,
    _calculation_chain,
    _table_identities,
]
_SHEET_RULES: list[Callable[[Book, Sheet], Iterator[str]]] = [
    _order,
    _cells,
    _overlaps,
    _table_shapes,
    _validations,
    _conditional_formats,
]
