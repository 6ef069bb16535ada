"""A VBA project from the text of its modules, as [MS-OVBA] has it.

No compiled code is written: `_VBA_PROJECT` says version 0xFFFF (section 2.3.4.1), so that Excel compiles
the source when it opens the file. Equal modules give equal bytes.
"""

from __future__ import annotations

import re
import struct
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from .compound import compound_file
from .vba_packing import compress, obfuscate

ModuleKind = Literal["workbook", "sheet", "standard", "class"]

NAME = "VBAProject"
_CODE_PAGE = 1252
_BASES = {
    "workbook": "0{00020819-0000-0000-C000-000000000046}",
    "sheet": "0{00020820-0000-0000-C000-000000000046}",
    "class": "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}",
}
_LINE = {"workbook": "Document={}/&H00000000", "sheet": "Document={}/&H00000000"}
_LINE |= {"standard": "Module={}", "class": "Class={}"}
_OFFICE = (
    r"C:\Program Files\Common Files\Microsoft Shared\OFFICE16\MSO.DLL#Microsoft Office 16.0 Object Library"
)
_LIBRARIES = {
    "stdole": "{00020430-0000-0000-C000-000000000046}#2.0#0#"
    r"C:\Windows\System32\stdole2.tlb#OLE Automation",
    "Office": "{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#" + _OFFICE,
}
"""What Excel's own new projects refer to; found by their numbers, wherever their files are."""
_EXPORTED = re.compile(r"(?:VERSION [^\n]*\nBEGIN\n(?:[^\n]*\n)*?END\n)?((?:Attribute VB_\w+ = [^\n]*\n)*)")
_KEPT = re.compile(r"Attribute VB_Description = .*\n")


@dataclass(frozen=True)
class Module:
    """A module's name, what it belongs to, and its text as the VBA editor exports it, or only its code."""

    name: str
    kind: ModuleKind
    text: str = ""

    @property
    def source(self) -> str:
        """The text that is stored: the attributes of its kind, then the code, lines ending in CR LF."""
        text = self.text.replace("\r\n", "\n")
        found = _EXPORTED.match(text)
        exported, code = (found[1], text[found.end() :]) if found else ("", text)
        lines = [*self._attributes("VB_Exposed = True" in exported), *_KEPT.findall(exported)]
        ending = "" if not code or code.endswith("\n") else "\n"
        return ("".join(lines) + code + ending).replace("\n", "\r\n")

    def _attributes(self, exposed: bool) -> Iterator[str]:
        yield f'Attribute VB_Name = "{self.name}"\n'
        if self.kind == "standard":
            return
        is_document = self.kind != "class"
        yield f'Attribute VB_Base = "{_BASES[self.kind]}"\n'
        states = {
            "GlobalNameSpace": False,
            "Creatable": False,
            "PredeclaredId": is_document,
            "Exposed": is_document or exposed,
            "TemplateDerived": False,
            "Customizable": is_document,
        }
        yield from (f"Attribute VB_{name} = {state}\n" for name, state in states.items())


def vba_project(modules: Sequence[Module]) -> bytes:
    """The project's file, `vbaProject.bin`; raise UnicodeEncodeError for text that is not ASCII."""
    streams = {module.name: compress(module.source.encode("ascii")) for module in modules}
    kept = {"_VBA_PROJECT": struct.pack("<HHBH", 0x61CC, 0xFFFF, 0, 0), "dir": compress(_dir(modules))}
    return compound_file(
        {"PROJECT": _project(modules), "PROJECTwm": _names(modules), "VBA": {**streams, **kept}}
    )


def _record(number: int, data: bytes = b"") -> bytes:
    return struct.pack("<HI", number, len(data)) + data


def _twice(number: int, unicode_number: int, said: str) -> bytes:
    """A text in the code page, and again in Unicode."""
    return _record(number, said.encode("ascii")) + _record(unicode_number, said.encode("utf-16-le"))


def _dir(modules: Sequence[Module]) -> bytes:
    """The `dir` stream before compression: the project, its libraries, its modules (section 2.3.4.2)."""
    nothing, english = struct.pack("<I", 0), struct.pack("<I", 0x409)
    system, page = struct.pack("<I", 3), struct.pack("<H", _CODE_PAGE)
    out = _record(0x01, system) + _record(0x02, english) + _record(0x14, english) + _record(0x03, page)
    out += _record(0x04, NAME.encode("ascii")) + _twice(0x05, 0x40, "") + _twice(0x06, 0x3D, "")
    out += _record(0x07, nothing) + _record(0x08, nothing)
    out += struct.pack("<HIIH", 0x09, 4, 1, 1) + _twice(0x0C, 0x3C, "")
    for name, library in _LIBRARIES.items():
        where = rf"*\G{library}".encode("ascii")
        data = struct.pack("<I", len(where)) + where + bytes(6)
        out += _twice(0x16, 0x3E, name) + _record(0x0D, data)
    out += _record(0x0F, struct.pack("<H", len(modules))) + _record(0x13, b"\xff\xff")
    return out + b"".join(map(_module, modules)) + _record(0x10)


def _module(module: Module) -> bytes:
    """A module's records: names, no help, text from the stream's first byte (section 2.3.4.2.3.2)."""
    nothing, kind = struct.pack("<I", 0), 0x21 if module.kind == "standard" else 0x22
    out = _twice(0x19, 0x47, module.name) + _twice(0x1A, 0x32, module.name) + _twice(0x1C, 0x48, "")
    out += _record(0x31, nothing) + _record(0x1E, nothing) + _record(0x2C, b"\xff\xff")
    return out + _record(kind) + _record(0x2B)


def _project(modules: Sequence[Module]) -> bytes:
    """The `PROJECT` stream: modules, no protection, no open windows (section 2.3.1)."""
    known = " ".join(module.name for module in modules)
    number = f"{{{str(uuid.uuid5(uuid.NAMESPACE_OID, known)).upper()}}}"
    lines = [
        f'ID="{number}"',
        *(_LINE[module.kind].format(module.name) for module in modules),
        f'Name="{NAME}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        f'CMG="{obfuscate(number, bytes(4))}"',
        f'DPB="{obfuscate(number, bytes(1))}"',
        f'GC="{obfuscate(number, bytes([0xFF]))}"',
        "",
        "[Host Extender Info]",
        "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000",
        "",
        "[Workspace]",
        *(f"{module.name}=0, 0, 0, 0, C" for module in modules),
        "",
    ]
    return "\r\n".join(lines).encode("ascii")


def _names(modules: Sequence[Module]) -> bytes:
    """The `PROJECTwm` stream: every module's name, and again in Unicode (section 2.3.3)."""
    pairs = (
        f"{module.name}\0".encode("ascii") + f"{module.name}\0".encode("utf-16-le") for module in modules
    )
    return b"".join(pairs) + b"\0\0"
