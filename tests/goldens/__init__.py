"""A small case's workbook, letters and ledger as readable text: what must not move when code does.

`python -m tests.goldens` writes the texts anew; look at the difference before you keep it.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

import docx
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from targetcal_xl.actions import backtest, evaluate, follow, issue_letters, survey
from targetcal_xl.connect import Responses, read_actuals
from targetcal_xl.desk import ledger_beside
from targetcal_xl.formats import BOOK
from tests.support.books import as_openpyxl
from tests.support.desks import Case, case_inputs, play

GOLDENS = Path(__file__).parent
CODES = GOLDENS / "codes.txt"
DIGITS = 9
"""Significant digits that numbers are kept in: libraries of another version may differ in the last."""

_COMMITTED = re.compile('(?<=")~[0-9a-f]{64}(?=")')
_HASH = re.compile("[0-9a-f]{40,64}")
"""Whole or shortened: where a number has another last digit, as a processor of another kind may give it,
everything chained after it has another hash."""
_PROGRAM = re.compile(r"targetcal:[0-9.]+")


def written(language: str, folder: Path) -> Iterator[tuple[str, str]]:
    """The name of each golden of a language with its text, of the case as it is played in a folder."""
    case = Case(folder, case_inputs(), language=language)
    for stage in play(case):
        if stage == "submitted":
            yield "negotiated.txt", _plain(_cells(case.path, regions=True))
    _follow_up(case)
    yield "book.txt", _plain(_cells(case.path))
    for number, path in enumerate(sorted((folder / "letters").iterdir()), 1):
        yield f"letter-{number}.txt", _plain(_paragraphs(path))
    yield "ledger.jsonl", _plain(_records(ledger_beside(case.path)))


def codes(folder: Path) -> str:
    """The format of books, and every code that this format has: sheets, fields, tables, rows and columns."""
    case = Case(folder, case_inputs())
    next(iter(play(case)))
    lines = [f"format {BOOK.number}"]
    for sheet in case.reading().places.sheets.values():
        lines.append(f"{sheet.code}: {' '.join(field.code for field in sheet.fields)}")
        for table in sheet.tables:
            lines.append(f"  #{table.code} {' '.join(column.code for column in table.columns)}")
            lines.append(f"  - {' '.join(table.rows)}")
    return "".join(f"{line.rstrip()}\n" for line in lines)


def kept(language: str) -> dict[str, str]:
    """The goldens of a language as they are kept, by name."""
    return {path.name: path.read_text("utf-8") for path in (GOLDENS / language).iterdir()}


def _follow_up(case: Case) -> None:
    """What comes after the negotiation, to the end of the quarter."""
    case.run(backtest)
    case.run(issue_letters, case.folder / "letters", "docx")
    results = read_actuals(_results(case), case.inputs.plan)
    case.clock.now = dt.datetime(2025, 4, 1, 1, 0, tzinfo=dt.UTC)
    case.run(follow, results, dt.date(2025, 2, 14))
    case.run(survey, Responses(("R1",) * 6 + ("R2",) * 7, (4.0,) * 9 + (3.0,) * 4))
    case.run(follow, results)
    case.run(evaluate)


def _results(case: Case) -> Path:
    """A file of what each line brought on each day of the quarter."""
    lines = [line.code for line in case.inputs.plan.lines]
    days = [dt.date(2025, 1, 1) + dt.timedelta(days=n) for n in range(90)]
    rows = [f"{day},{line},{(n + k) % 3}" for n, day in enumerate(days) for k, line in enumerate(lines)]
    path = case.folder / "results.csv"
    path.write_text("\n".join(["date,line,value", *rows]), "utf-8")
    return path


def _plain(lines: Iterator[str]) -> str:
    """Lines of text, without what is another every time."""
    text = "".join(f"{line}\n" for line in lines)
    return _PROGRAM.sub("targetcal:<version>", _HASH.sub("<hash>", text))


def _cells(path: Path, regions: bool = False) -> Iterator[str]:
    """Sheet, spot, value and formula of every cell; or, of regions' tabs alone, what can change: values."""
    computed, typed = as_openpyxl(path, data_only=True), as_openpyxl(path)
    for sheet in typed.worksheets:
        if not regions:
            yield f"# {sheet.title}"
            yield from _of_sheet(computed[sheet.title], sheet)
        elif str(sheet["A1"].value).startswith("sheet:region:"):
            yield f"# {sheet.title}"
            yield from (line.partition("  =")[0] for line in _of_sheet(computed[sheet.title], sheet))
    if not regions:
        yield "# names"
        yield from (f"{name}  {said.value}" for name, said in sorted(typed.defined_names.items()))


def _of_sheet(computed: Worksheet, typed: Worksheet) -> Iterator[str]:
    for row in typed.iter_rows():
        for cell in row:
            value, formula = computed[cell.coordinate].value, _formula(cell.value)
            if value is not None or formula:
                told = "" if value is None else json.dumps(_rounded(value), ensure_ascii=False, default=str)
                yield f"{cell.coordinate}  {told}{formula}"


def _formula(value: object) -> str:
    if isinstance(value, ArrayFormula):
        return f"  {{{value.text}}} {value.ref}"
    return f"  {value}" if isinstance(value, str) and value.startswith("=") else ""


def _paragraphs(path: Path) -> Iterator[str]:
    """A letter's text by paragraph, those of its tables among them."""
    body = docx.Document(str(path)).element.body
    for paragraph in body.iter("{*}p"):
        yield "".join(node.text or "\t" for node in paragraph.iter("{*}t", "{*}tab"))


def _records(path: Path) -> Iterator[str]:
    """Every entry of a ledger's file but its two hashes, a document in the place of its name."""
    with closing(sqlite3.connect(path)) as database:
        spoken = dict(_spoken(database))
        documents = {
            name: _COMMITTED.sub(lambda found: json.dumps(spoken[found[0]])[1:-1], content.decode())
            for name, content in database.execute("SELECT reference, content FROM document")
        }
        entries = database.execute("SELECT * FROM entry ORDER BY number")
        names = [column for column, *_ in entries.description]
        for row in entries:
            said = dict(zip(names, row, strict=True))
            said |= {name: spoken.get(said[name], said[name]) for name in ("old", "new", "reason")}
            said |= {name: _meant(said[name], documents) for name in ("old", "new")}
            yield json.dumps({name: said[name] for name in names[:-2]}, ensure_ascii=False)


def _spoken(database: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """People's words by the commitments that stand for them."""
    beside = [f"SELECT {part}_salt, {part}_words FROM word" for part in ("old", "new", "reason")]
    for query in (*beside, "SELECT salt, words FROM passage"):
        for salt, words in database.execute(query):
            if words is not None:
                yield f"~{sha256(salt + words.encode()).hexdigest()}", words


def _meant(said: str, documents: dict[str, str]) -> Any:
    value = json.loads(said)
    if value not in documents:
        return value
    is_json = documents[value].lstrip()[:1] in ("{", "[")
    return _rounded(json.loads(documents[value])) if is_json else "a message's bytes"


def _rounded(value: Any) -> Any:
    """The same with all numbers in a few digits; next to nothing is nothing."""
    if isinstance(value, float):
        return 0.0 if abs(value) < 10**-DIGITS else float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, list) else value
