"""Writing the page that does what `verify` does, for people without this program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..desk import find_language
from ..language import text
from ..ooxml import write_file
from ..pages import verifier_page
from ..problems import Problem, Refused
from ..telling import DONE, Part, Report, Sentence
from .attest import attest
from .dashboard import refuse_place


@dataclass(frozen=True)
class VerifierReport(Report):
    """The page that was written."""

    page: str
    size: int

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        yield Sentence(text("telling.verifier.written", language, page=self.page), DONE)
        yield Sentence(text("telling.verifier.use", language))


def attest_as_said(
    files: Sequence[Path],
    roots: Path | None,
    codes: Sequence[str],
    out: Path | None,
    lang: str,
    *,
    online: bool,
    entries: bool,
) -> Report:
    """Judge files, or write the page that does; raise Refused for neither and for both."""
    if bool(files) == bool(out):
        raise Refused([Problem("verify_what")])
    return verifier(out, lang) if out else attest(files, roots, codes, online=online, entries=entries)


def verifier(out: Path, lang: str) -> VerifierReport:
    """Write the page; it begins in this language.

    Raise Refused when the file is no page, is something else's, or cannot be written.
    """
    language = find_language(lang)
    refuse_place(out)
    content = verifier_page(language).encode()
    write_file(out, content)
    return VerifierReport(str(out), len(content))
