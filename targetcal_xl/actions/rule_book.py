"""The house's own suggestions for warnings: written for it to edit, checked and listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..connect import CAUSES, RULE_FIELDS, SUGGESTIONS, read_suggestions
from ..desk import Desk, look
from ..language import find, listed, text
from ..ooxml import write_file
from ..problems import Problem, Refused
from ..telling import DONE, Part, Report, Sentence, table


@dataclass(frozen=True)
class SuggestionsReport(Report):
    """The house's own suggestions: cause, from which share on, words, and who acts."""

    file: str
    rules: tuple[tuple[str, str, str], ...]
    written: bool = False
    """Whether the file was written now, for the house to edit."""

    def tell(self, language: str) -> Iterator[Part]:
        """The report in sentences and tables."""
        code = "written" if self.written else "found" if self.rules else "none"
        yield Sentence(text(f"telling.suggestions.{code}", language, file=self.file), DONE)
        if self.rules:
            yield table(("cause", "suggestion", "acts"), self.rules, language)


def rule_book(desk: Desk, *, write: bool = False) -> SuggestionsReport:
    """Check and list the rules beside the book, or write ours there for the house to edit.

    Raise Refused where a file is there that would be overwritten, DataProblems with every fault of one.
    """
    path, language = desk.path.with_name(SUGGESTIONS), look(desk).standing.language
    if write:
        if path.exists():
            raise Refused([Problem("suggestions_there", path.name)])
        write_file(path, our_rules(language).encode())
    rules = ((rule.when, rule.say, rule.who) for rule in read_suggestions(path))
    return SuggestionsReport(path.name, tuple(rules), write)


def our_rules(language: str) -> str:
    """Our suggestions as a file that says what may be written in it."""
    head = text(
        "calibration.suggestion.file",
        language,
        causes=listed(CAUSES, language),
        fields=listed((f"{{{field}}}" for field in RULE_FIELDS), language),
    )
    parts = ["".join(f"# {line}\n" for line in head.splitlines())]
    for cause in CAUSES:
        said = find(f"calibration.suggestion.{_OURS.get(cause, cause)}", language)
        parts.append(f'[[rules]]\nwhen = "{cause}"\nsay = "{said}"\nwho = "{_ACTS[cause]}"\n')
    return "\n".join(parts)


_OURS = {"lately": "level", "throughout": "level", "member": "group", "members": "group"}
"""Causes of which we say the same as of others."""
_ACTS = {cause: "superior" if cause in ("capacity", "member", "members") else "head" for cause in CAUSES}
"""Who is to act, where the house does not say."""
