"""Reports as people read them, and as JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ..language import record
from ..problems import Found, Problem, Refused
from ..telling import DONE, OBJECTION, QUESTION, WARNING, WRONG, Part, Report, Rows, Sentence, tell_problems
from .console import ERRORS, OUT, speaks_unicode
from .options import LANGUAGE, say

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions
    from rich.table import Table
    from rich.text import Text

_NARROW = re.compile(r"[\x21-\x7e]+")
_SHORT = 10
"""Words of up to so many columns stay whole, in whatever script."""
_WHOLE = 40
"""Words of up to so many characters stay whole: numbers of letters, check codes; no hashes."""
_BETWEEN = 3
"""How many columns of the terminal there are between two of a table."""
_COLOURS = {DONE: "green", WRONG: "red", **dict.fromkeys((OBJECTION, WARNING, QUESTION), "yellow")}


def show(report: Report, as_json: bool) -> None:
    """Print a report: for a person, or as one JSON object; raise Refused when it cannot be written."""
    try:
        if as_json:
            print(json.dumps(plain(report), ensure_ascii=not speaks_unicode(), indent=2), flush=True)
        else:
            for part in report.tell(LANGUAGE):
                OUT.print(drawn(part), soft_wrap=isinstance(part, Sentence), crop=False)
    except BrokenPipeError:
        OUT.on_broken_pipe()
    except OSError as error:
        raise Refused([Problem("report_not_written", fields={"said": error.strerror or error})]) from error


def show_problems(problems: Iterable[Problem]) -> None:
    """Print problems, one a line."""
    for sentence in tell_problems(problems, LANGUAGE):
        ERRORS.print(drawn(sentence))


def show_wrong_use(message: str) -> None:
    """Say what was wrong about the words of a command."""
    ERRORS.print(drawn(Sentence(message, WRONG)))


def say_where(log: Path | None) -> None:
    """Say where the log is, which a person can send."""
    ERRORS.print(say("log", place=log) if log else say("no_log"))


def plain(value: object) -> object:
    """A report as JSON values; problems become their code, place and sentence, a dozen of each kind."""
    if isinstance(value, Problem):
        return {"code": value.code, "where": value.where, "sentence": value.sentence(LANGUAGE)}
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        only_problems = bool(value) and all(isinstance(item, Problem) for item in value)
        return [plain(item) for item in (Found(value) if only_problems else value)]
    if isinstance(value, dt.date):
        return value.isoformat()
    return None if isinstance(value, float) and math.isnan(value) else value


def drawn(part: Part) -> str | _Fitting:
    """A part of a report in colours."""
    return _Fitting(part) if isinstance(part, Rows) else _line(part)


@dataclass(frozen=True)
class _Fitting:
    """Rows as a table or, where numbers and names would be broken in it, one below the other."""

    rows: Rows

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> Iterator[Table | Text]:
        from rich.text import Text

        if widths := _widths(self.rows, options.max_width):
            yield _table(self.rows, widths)
        else:
            for line in (each for row in self.rows.rows for each in self._below(row)):
                unbroken = Text.from_markup(line, emoji=False, overflow="ignore")
                unbroken.no_wrap = True
                yield unbroken

    def _below(self, row: Sequence[str]) -> Iterator[str]:
        """A row as lines: what it is about, and what is said of it."""
        from rich.markup import escape

        said = [both for both in zip(self.rows.captions, row, strict=True) if both[1]]
        for place, (caption, words) in enumerate(said):
            if place == 0:
                yield f"[bold]{escape(words)}[/bold]"
            else:
                yield escape(f"  {caption}{record(LANGUAGE).colon}{words}")


def _widths(part: Rows, room: int) -> list[int]:
    """How wide each column is where the words that are to stay whole have room; none where they have not.

    What is left goes to those first who want little more, so that what wraps is the long texts.
    """
    columns = [[caption, *(row[k] for row in part.rows)] for k, caption in enumerate(part.captions)]
    widths = [_longest(said) for said in columns]
    left = room - sum(widths) - _BETWEEN * len(columns) - 1
    if left < 0:
        return []
    wanted = {k: max(map(_width, said)) - widths[k] for k, said in enumerate(columns)}
    for waiting, k in zip(range(len(columns), 0, -1), sorted(wanted, key=wanted.__getitem__), strict=True):
        given = min(max(wanted[k], 0), left // waiting)
        widths[k], left = widths[k] + given, left - given
    return widths


def _width(said: str) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, said.splitlines()), default=0)


def _longest(said: Iterable[str]) -> int:
    """The width of the longest word of a column that is to stay whole; Chinese breaks but in short words."""
    words = {word for each in said for word in each.split()}
    short = (_width(word) for word in words if _width(word) <= _SHORT)
    runs = (len(run) for word in words for run in _NARROW.findall(word))
    return max((*short, *(min(run, _WHOLE) for run in runs)), default=0)


def _line(part: Sentence) -> str:
    from rich.markup import escape

    colour = _COLOURS.get(part.mark)
    mark = f"[{colour}]{part.mark}[/{colour}]" if colour else part.mark
    about = f"[bold]{escape(part.about)}[/bold] " if part.about else ""
    words = " ".join(filter(None, (mark, about, escape(part.said))))
    return f"  {words}" if part.indented else words


def _table(part: Rows, widths: Sequence[int]) -> Table:
    """A table; what has only numbers stands to the right."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    for k, (caption, width) in enumerate(zip(part.captions, widths, strict=True)):
        cells = [row[k] for row in part.rows]
        numeric = bool(cells) and all(cell[:1] in "+−–0123456789" for cell in cells)
        justify: Literal["left", "right"] = "right" if numeric else "left"
        table.add_column(caption, justify=justify, overflow="fold", width=width)
    for row in part.rows:
        table.add_row(*map(escape, row))
    return table
