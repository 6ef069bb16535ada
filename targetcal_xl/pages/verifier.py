"""The page that tells whether files are what a plan recorded, for people who have nothing but a browser."""

from __future__ import annotations

import json
import re

from ..language import LANGUAGES, catalogue, record, text
from .page import inert, part, rendered

_OWN = (
    *("title", "intro", "stays", "choose", "noscript", "drop", "found", "nothing", "reading", "looked"),
    *("comma", "clear", "entries", "unread", "footer"),
    *("signatures", "uncovered", "unjudged", "no_time"),
    *(f"signature_{one}" for one in ("whole", "beginning", "altered", "unchecked", "unread")),
    *("stamp_fits", "stamp_misfits", "stamp_unread"),
    *("signature_stamp_fits", "signature_stamp_misfits", "signature_stamp_unread"),
)
_COMMANDS = re.compile(
    r"telling\.attest\..+|telling\.signatures\.(altered|earlier|other)|telling\.column\.(number|at|actor|action|region|row|field|old|new|reason)"
    r"|problem\.(more_of_a_kind|file_too_big|file_unreadable)"
    r"|problem\.proof_(unreadable|checkpoint|entry|words|beginning|document|document_words)|ledger\.erased"
)
"""The keys of all that the command says, too."""


def verifier_page(language: str) -> str:
    """The page, in a language; its reader can choose another."""
    words = json.dumps({code: _words(code) for code in LANGUAGES}, ensure_ascii=False)
    told = inert(f"const WORDS={words};\n")
    script = part("sha256.js") + part("judge.js") + part("signatures.js") + told + part("verifier.js")
    names = [(code, text("pages.verifier.language", code)) for code in LANGUAGES]
    return rendered("verifier.html", language, script, languages=names)


def _words(language: str) -> dict[str, str]:
    """What the page has to say in a language, by key, as the catalogue has it."""
    said, own = catalogue(language), {f"pages.verifier.{name}" for name in _OWN}
    found = {key: said[key] for key in sorted(said) if key in own or _COMMANDS.fullmatch(key)}
    return found | {"colon": record(language).colon}
