"""A language that nobody speaks, made from English: every word has an accent, every text its brackets."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

_ACCENTS = str.maketrans("aeiouAEIOU", "áéíóúÁÉÍÓÚ")
_KEPT = re.compile(
    r"(\{[^{}]*\}|\[/?\w+\]|`[^`]*`|(?<!\w)--?[a-z][\w-]*|[\w-]+\.(?:csv|xlsx|xlsm|toml|docx|pdf|oxt)\b|TC_\w+"
    r"|\bTARGETCAL_\w+(?:=\S+)?|\b(?:targetcal|postgresql)\b\S*)"
)
"""What is no word of a text: fields, marks, commands, names of files."""
_ENTRY = re.compile(r'^msgid "(?P<key>.+)"\nmsgstr (?P<said>".*"(?:\n".*")*)$', re.MULTILINE)


def translate(catalogues: Path) -> None:
    """Put every text of the catalogues in a folder into the language."""
    for file in catalogues.glob("*.po"):
        file.write_text(_ENTRY.sub(_entry, file.read_text("utf-8")), "utf-8")


def _entry(entry: re.Match[str]) -> str:
    said = "".join(map(json.loads, entry["said"].splitlines()))
    return f'msgid "{entry["key"]}"\nmsgstr {json.dumps(_said(said), ensure_ascii=False)}'


def _said(said: str) -> str:
    words = accented(said)
    core = words.strip()
    return words.replace(core, f"«{core}»", 1) if re.search(r"\w", core) and "|" not in core else words


def accented(said: str) -> str:
    """A text with its accents; of a field only the words that agree with its number."""
    pieces = _KEPT.split(said)
    return "".join(_field(piece) if k % 2 else piece.translate(_ACCENTS) for k, piece in enumerate(pieces))


def _field(piece: str) -> str:
    name, colon, words = piece.partition(":")
    return f"{name}:{words.translate(_ACCENTS)}" if colon and "|" in words else piece


def translate_letter(source: Path, target: Path) -> None:
    """The same of a letter template: all texts but its fields."""
    out = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            data = old.read(item)
            if re.fullmatch(r"word/(document|header\d*|footer\d*)\.xml", item.filename):
                data = _letter(data.decode("utf-8")).encode("utf-8")
            new.writestr(item, data)
    target.write_bytes(out.getvalue())


def _letter(xml: str) -> str:
    def text(found: re.Match[str]) -> str:
        return found[1] + "".join(
            piece if piece.startswith("{") else piece.translate(_ACCENTS)
            for piece in re.split(r"(\{[{%#].*?[#%}]\})", found[2])
        )

    return re.sub(r"(<w:t(?: [^>]*)?>)([^<]*)", text, xml)
