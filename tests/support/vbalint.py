"""Faults of macros, ribbon and buttons on which Excel complains, on opening or at the first click."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from olefile import DEFECT_INCORRECT, OleFileIO
from pyopenvba.exceptions import VBACompileError
from pyopenvba.interpreter import parse_module

from targetcal_xl.buttons.wrappers import RESERVED
from tests.support.olevba import modules_of

PROJECT = "xl/vbaProject.bin"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_MACRO_BOOK = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_PROJECT_TYPE = "application/vnd.ms-office.vbaProject"
_RIBBONS = {
    "http://schemas.microsoft.com/office/2009/07/customui": "2007/relationships/ui/extensibility",
    "http://schemas.microsoft.com/office/2006/01/customui": "2006/relationships/ui/extensibility",
}
_SUB = re.compile(r"^(?:Public )?(Sub|Function) (\w+)\(", re.MULTILINE)
_END = re.compile(r"^End (Sub|Function)\b", re.MULTILINE)
_BEGIN = re.compile(r"^(?:Public |Private |Friend )?(?:Static )?(Sub|Function) \w+", re.MULTILINE)
_KIND = re.compile(r'^Attribute VB_Base = "0\{000208(19|20)-', re.MULTILINE)
_CONDITIONAL = re.compile(r"^\s*#If", re.MULTILINE)
_DECLARED = re.compile(
    rf"(?:[(,]|\bByVal|\bByRef|\bOptional|\bDim) ?({'|'.join(RESERVED)}) As\b", re.IGNORECASE
)
_NEWER = (
    "AddCommentThreaded AutoSaveOn CommentThreaded CommentsThreaded ConvertToLinkedDataType DataTypeToText "
    "Formula2 Formula2Local Formula2R1C1 Formula2R1C1Local HasRichDataType HasSpill LinkedDataTypeState "
    "NamedSheetViews SavedAsArray SensitivityLabel SetCellDataTypeFromCell ShowCard SpillParent "
    "SpillingToRange "
    "ArrayToText Concat Filter Ifs MaxIfs MinIfs RandArray Sequence SortBy Switch TextJoin TextSplit Unique "
    "VStack HStack XLookup XMatch"
)
"""What Excel's classes have got since 2016, by the object model's reference (Microsoft Learn, Excel VBA
reference, Range, Workbook and WorksheetFunction beside those of Office 2016). On an object whose class is
declared VBA looks for them when it compiles the module, and `On Error` comes too late."""
_MEMBER = re.compile(rf"(\w+)(?:\([^()]*\))?\.({'|'.join(_NEWER.split())})\b", re.IGNORECASE)
_LATE = re.compile(r"\b(?:Dim|Static|ByVal|ByRef) (\w+) As (?:Object|Variant)\b", re.IGNORECASE)
_BODY = re.compile(
    r"^(?:Public |Private |Friend )?(?:Static )?(?:Sub|Function) (\w+).*?^End (?:Sub|Function)",
    re.MULTILINE | re.DOTALL,
)
_CALLER = re.compile(r"\bSet (\w+) = Application\.Caller\b", re.IGNORECASE)
_CONTENT = r"\.(?:Value2?|Text|Formula\w*|Cells|Offset|Resize|Range)\b"
_OF_SHEETS = re.compile(r"\bActiveSheet\.(?:Range|Cells|Rows|Columns|UsedRange|ListObjects)\b", re.IGNORECASE)
_STATUS = re.compile(r"\bApplication\.(?:StatusBar|Cursor) *= *(\w+|\")", re.IGNORECASE)
_GIVEN_BACK = ("false", "xldefault")
_CALLBACK = re.compile(r"on[A-Z]\w*|get[A-Z]\w*|loadImage")


@dataclass(frozen=True)
class Code:
    """The VBA of a workbook: source by module name."""

    modules: Mapping[str, str]

    @property
    def documents(self) -> dict[str, str]:
        """The modules that belong to the workbook (`19`) and its sheets (`20`)."""
        found = {name: _KIND.search(source) for name, source in self.modules.items()}
        return {name: match[1] for name, match in found.items() if match}

    @property
    def public(self) -> Counter[str]:
        """How many standard modules offer a procedure of a name."""
        standard = (source for source in self.modules.values() if "VB_Base" not in source)
        return Counter(name for source in standard for name in {n for _, n in _SUB.findall(_code(source))})


def _code(source: str) -> str:
    """Source with every statement on one line."""
    return source.replace("\r\n", "\n").replace(" _\n", " ")


def faults(parts: Mapping[str, bytes]) -> Iterator[str]:
    """Every fault of a workbook's parts that has to do with macros."""
    yield from _ribbon_parts(parts)
    if PROJECT not in parts:
        yield from _without_project(parts)
        return
    if _content_types(parts).get(f"/{PROJECT}", _default(parts, "bin")) != _PROJECT_TYPE:
        yield "the VBA project has another content type"
    if b"relationships/vbaProject" not in parts.get("xl/_rels/workbook.xml.rels", b""):
        yield "nothing points to the VBA project"
    try:
        code = Code(modules_of(parts[PROJECT]))
        yield from _streams(code, parts[PROJECT])
    except Exception as error:
        yield f"the VBA project cannot be read: {error}"
        return
    for rule in (_modules, _procedures, _code_names):
        yield from rule(code, parts)
    for where, macro in _bound(parts):
        if code.public[macro] != 1:
            yield f"{where} runs {macro}, which {code.public[macro]} modules have"


def _without_project(parts: Mapping[str, bytes]) -> Iterator[str]:
    if _content_types(parts).get("/xl/workbook.xml") == _MACRO_BOOK:
        yield "a workbook for macros has no VBA project"
    yield from (f"{where} runs {macro}, but there is no VBA" for where, macro in _bound(parts))


def _content_types(parts: Mapping[str, bytes]) -> dict[str, str]:
    listed = ElementTree.fromstring(parts["[Content_Types].xml"])
    return {one.get("PartName", ""): one.get("ContentType", "") for one in listed}


def _default(parts: Mapping[str, bytes], extension: str) -> str | None:
    listed = ElementTree.fromstring(parts["[Content_Types].xml"])
    return next((one.get("ContentType") for one in listed if one.get("Extension") == extension), None)


def _ribbon_parts(parts: Mapping[str, bytes]) -> Iterator[str]:
    rels = parts.get("_rels/.rels", b"").decode()
    for name, root in _ribbons(parts).items():
        space = root.tag.partition("}")[0].removeprefix("{")
        if space not in _RIBBONS:
            yield f"{name}: {space} is no ribbon's namespace"
        elif f"{_RIBBONS[space]}" not in rels or f'"{name}"' not in rels:
            yield f"{name}: nothing points to it as its namespace wants"
        ids = Counter(item.get("id") for item in root.iter() if item.get("id"))
        yield from (f"{name}: id {one} repeats" for one, times in ids.items() if times > 1)
        for item in root.iter():
            if len(item.get("label", "")) > 1024 or len(item.get("supertip", "")) > 1024:
                yield f"{name}: {item.get('id')} says too much"
            if item.tag.endswith("}button") and not (item.get("onAction") and item.get("label")):
                yield f"{name}: button {item.get('id')} lacks its label or its action"


def _ribbons(parts: Mapping[str, bytes]) -> dict[str, Element]:
    found = {name: data for name, data in parts.items() if name.startswith("customUI/") and ".xml" in name}
    return {name: ElementTree.fromstring(data) for name, data in found.items() if "_rels" not in name}


def _streams(code: Code, raw: bytes) -> Iterator[str]:
    """What the project's file lacks, and where its list of modules says something else."""
    with OleFileIO(BytesIO(raw), raise_defects=DEFECT_INCORRECT) as file:
        for stream in ("PROJECT", "PROJECTwm", "VBA/dir", "VBA/_VBA_PROJECT"):
            if not file.exists(stream):
                yield f"the VBA project has no {stream}"
                return
        listed = re.findall(
            r"^(?:Document|Module|Class)=(\w+)", file.openstream("PROJECT").read().decode(), re.M
        )
    if sorted(listed) != sorted(name for name, source in code.modules.items() if source.strip()):
        yield f"the VBA project lists {listed} and has {list(code.modules)}"


def _modules(code: Code, parts: Mapping[str, bytes]) -> Iterator[str]:
    for name, source in code.modules.items():
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,30}", name) or name.casefold() == "vbaproject":
            yield f"module {name}: no name for a module"
        if f'Attribute VB_Name = "{name}"\r\n' not in source:
            yield f"module {name} goes by another name inside"
        if any(len(line) > 1023 for line in source.split("\r\n")):
            yield f"module {name}: a line is too long"
        if re.search(r"(?: _\r\n[^\r]*){25}", source):
            yield f"module {name}: a line goes on too often"
        if not source.isascii():
            yield f"module {name} is not ASCII"
        if re.search(r"^[^'\r\n]*[^ ]_\r\n", source, re.MULTILINE):
            yield f"module {name}: a line goes on without a blank before its sign"
        if not _CONDITIONAL.search(source):
            yield from _compiled(name, source)
            yield from (f"module {name}: {fault}" for fault in misuses(_code(source)))
            yield from (f"module {name}: {word} is a word of VBA's" for word in _DECLARED.findall(source))


def misuses(source: str) -> Iterator[str]:
    """What compiles here, and not in Excel 2016, or does there what nobody wants."""
    code = re.sub(r"'[^\"\n]*$", "", source, flags=re.MULTILINE)
    late = {name.casefold() for name in _LATE.findall(code)}
    for base, member in _MEMBER.findall(code):
        if base.casefold() not in late:
            yield f"{base}.{member} is newer than Excel 2016, and not looked for when it runs"
    for body in _BODY.finditer(code):
        yield from _of_procedure(body[1], body[0])


def _of_procedure(name: str, body: str) -> Iterator[str]:
    own = "|".join(["Application\\.Caller", *_CALLER.findall(body)])
    if re.search(rf"\b(?:{own}){_CONTENT}", body, re.IGNORECASE):
        yield f"{name} reads the cell that it is called from: a circular reference"
    if _OF_SHEETS.search(body):
        yield f"{name} fails on a chart's sheet, which has no cells"
    changed = [word.casefold() for word in _STATUS.findall(body)]
    if changed and changed[-1] not in _GIVEN_BACK:
        yield f"{name} changes the application and never gives it back"


def _compiled(name: str, source: str) -> Iterator[str]:
    try:
        parse_module(source.replace("\r\n", "\n"))
    except VBACompileError as error:
        yield f"module {name}: {error}"


def _procedures(code: Code, parts: Mapping[str, bytes]) -> Iterator[str]:
    for name, source in code.modules.items():
        text = _code(source)
        if _BEGIN.findall(text) != _END.findall(text) and not _CONDITIONAL.search(text):
            yield f"module {name}: a procedure does not end as it begins"
    yield from (f"{name} stands in {times} modules" for name, times in code.public.items() if times > 1)


def _code_names(code: Code, parts: Mapping[str, bytes]) -> Iterator[str]:
    book = ElementTree.fromstring(parts["xl/workbook.xml"])
    properties = book.find(f"{_MAIN}workbookPr")
    own = properties.get("codeName") if properties is not None else None
    named = Counter(_sheet_names(parts))
    documents = code.documents
    if documents.get(own or "") != "19":
        yield f"the workbook's code name {own} is no module of it"
    yield from (f"code name {name} repeats" for name, times in named.items() if times > 1)
    sheets = {name for name, kind in documents.items() if kind == "20"}
    yield from (f"code name {name} is no sheet's module" for name in sorted(set(named) - sheets))
    yield from (f"module {name} belongs to no sheet" for name in sorted(sheets - set(named)))


def _sheet_names(parts: Mapping[str, bytes]) -> Iterator[str]:
    for name, data in parts.items():
        if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
            found = ElementTree.fromstring(data).find(f"{_MAIN}sheetPr")
            yield (found.get("codeName") or f"none in {name}") if found is not None else f"none in {name}"


def _bound(parts: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """Where a macro is named, and its name: ribbon callbacks, buttons of sheets."""
    for name, root in _ribbons(parts).items():
        for item in root.iter():
            for attribute, macro in item.attrib.items():
                if _CALLBACK.fullmatch(attribute):
                    yield f"{name}: {attribute} of {item.get('id')}", macro
    for name, data in parts.items():
        if name.endswith(".vml"):
            for macro in re.findall(r"<x:FmlaMacro>(?:\[0\]!)?(.*?)</x:FmlaMacro>", data.decode()):
                yield f"{name}: a button", macro
