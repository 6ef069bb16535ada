"""A table of text that collects what is wrong with it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..calibration import Floats
from ..calibration.values import LARGEST, SMALLEST
from ..figures import typed
from ..problems import DataProblems, Found, Place, Problem
from ..units import multiple_of
from .amounts import amounts_told, currencies_in, money_of
from .names import like, nearest
from .plain import DistinctWords, distinct
from .spelt import date_told, number_told, number_with_unit

_SUGGESTIONS = 20
"""Only so many unknown codes are looked up: each search goes through all the known ones."""


@dataclass
class TableFile:
    """A table of text that collects what is wrong with it, by row and column as people count them.

    `rows` are the numbers of the rows in the file, (n,); `columns` what each column asked for says there
    ("" where empty); `others` are the titles of the columns that nobody asked for.
    """

    file: str
    rows: NDArray[np.intp]
    columns: Mapping[str, DistinctWords]
    others: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    """What the columns are called there: faults are told in the file's own words."""
    letters: Mapping[str, str] = field(default_factory=dict)
    """In a sheet, the letter of each column."""
    unread: frozenset[tuple[int, str]] = frozenset()
    """Cells of a sheet that have no value, which has been reported."""
    merged: frozenset[tuple[int, str]] = frozenset()
    """Cells of a sheet that say what the first of a merged range says."""
    comma_is_clear: bool = True
    """Whether a comma in a number can only part thousands."""
    problems: Found = field(default_factory=Found)

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The columns with all their cells, indexed by row."""
        return pd.DataFrame(
            {name: words.whole for name, words in self.columns.items()}, self.rows, dtype=object
        )

    def saying(self, column: str, cells: Sequence[str]) -> TableFile:
        """The table whose column says something else, (n,); what is wrong is noted for both."""
        return replace(self, columns={**self.columns, column: distinct(cells)})

    def report(self, code: str, row: int, column: str, **fields: object) -> None:
        """Note a fault in one cell, unless it has no value to speak of."""
        self._report(code, row, column, fields)

    def _report(self, code: str, row: int, column: str, fields: Mapping[str, object], more: int = 0) -> None:
        """Note a fault in one cell, and in so many more below it."""
        if (row, column) not in self.unread:
            letter = f" ({self.letters[column]}{row})" if column in self.letters else ""
            said = {"file": self.file, "row": row, "column": f"{self.called(column)}{letter}", "more": more}
            place = Place(f"connect.place.{'cells' if more else 'cell'}", said)
            self.problems.add(Problem(code, place, fields))

    def called(self, column: str) -> str:
        """What a column is called in the file."""
        return self.titles.get(column, column)

    def report_where(self, code: str, bad: NDArray[np.bool_], column: str, **fields: object) -> None:
        """Note a fault in each cell of a column where `bad` (n,) is true, quoting the cell."""
        if not bad.any():
            return
        places, said = self.columns[column]
        told = np.flatnonzero(bad)[: self.problems.room(code) + len(self.unread)]
        for row, each in zip(self.rows[told].tolist(), said[places[told]].tolist(), strict=True):
            self.report(code, row, column, value=each, **fields)
        self.problems.add_unseen(code, int(bad.sum()) - len(told))

    def numbers(
        self,
        column: str,
        low: float = -math.inf,
        high: float = math.inf,
        unknown: Sequence[str] = ("",),
        unit: str = "",
    ) -> Floats:
        """The column as numbers (n,), NaN where it says `unknown`; report all else outside [low, high].

        Multiples and amounts that name their currency count in the `unit`: 1.2万, as 1.2万元, is 1.2 in 万元
        and 12,000 in 元. A number may have its unit behind it.
        """
        places, said = self.columns[column]
        found = pd.to_numeric(said, errors="coerce").astype(np.float64)
        odd = ~np.isfinite(found)
        found[odd] = [number_told(each, unit) for each in said[odd]]
        empty = said == ""
        mixed = self._amounts(column, said, found, unit)
        left = np.isnan(found) & ~mixed
        found[left] = [number_with_unit(each, unit) for each in said[left]]
        wrong = np.isnan(found) & ~mixed & ~np.isin(said, list(unknown))
        size = np.abs(found)
        absurd = (size > LARGEST) | ((size > 0) & (size < SMALLEST))
        code = "csv_negative" if (low, high) == (0, math.inf) else "csv_out_of_range"
        limits = {"low": typed(low), "high": typed(high)}
        self.report_words("csv_empty", wrong & empty, column)
        self.report_words("csv_not_a_number", wrong & ~empty, column)
        if not self.comma_is_clear:
            commas = np.array(["," in each or "，" in each for each in said], dtype=bool)
            self.report_words("csv_comma", commas & ~wrong, column)
        self.report_where("csv_merged", self._among(self.merged, column), column)
        self.report_words("csv_absurd", absurd, column)
        outside = ((found < low) | (found > high)) & ~absurd
        self.report_words(code, outside, column, **limits)
        return np.asarray(found[places])

    def report_words(self, code: str, bad: NDArray[np.bool_], column: str, **fields: object) -> None:
        """Note a fault in each cell that says one of a column's `bad` (m,) words."""
        if bad.any():
            self.report_where(code, bad[self.columns[column].places], column, **fields)

    def _report_once(self, code: str, bad: NDArray[np.bool_], column: str, **fields: object) -> None:
        """Note each of a column's `bad` (m,) words once, by its first row and how many more say it."""
        places, said = self.columns[column]
        words, first, times = np.unique(places, return_index=True, return_counts=True)
        order = np.argsort(first)
        found = [at for at in order.tolist() if bad[words[at]]]
        told = found[: self.problems.room(code)]
        for at in told:
            word = {"value": said[words[at]], **fields}
            self._report(code, int(self.rows[first[at]]), column, word, int(times[at]) - 1)
        self.problems.add_unseen(code, len(found) - len(told))

    def _amounts(self, column: str, said: NDArray[np.object_], found: Floats, unit: str) -> NDArray[np.bool_]:
        """Put in what words (m,) come to whose currency is named, if all are of one; which are not, (m,).

        Reported once is a column of several currencies, of amounts with one and others without, or of
        another than the unit's.
        """
        amounts = amounts_told(said[np.isnan(found)])
        if not amounts:  # the names of all currencies take longer to load than most tables to read
            return np.zeros_like(said, dtype=bool)
        plain = np.isfinite(found) & (found != 0)
        marked, there = np.array([each in amounts for each in said], dtype=bool), currencies_in(amounts)
        money = money_of(unit)
        strange = bool(money and not money & there[0].codes)
        if len(there) + bool(plain.any()) == 1 and not strange:
            size = multiple_of(unit)
            found[marked] = [amounts[each].value / size for each in said[marked]]
            return np.zeros_like(marked)
        examples = [self._example("amount", column, one.example, currency=one.name) for one in there]
        if plain.any():
            examples.append(self._example("plain", column, said[plain][0]))
        where = Place("connect.place.column", {"file": self.file, "column": self.called(column)})
        if len(examples) == 1:
            self.problems.add(Problem("csv_other_currency", where, {"found": examples, "unit": unit}))
        else:
            self.problems.add(Problem("csv_currencies", where, {"found": examples}))
        return marked

    def _example(self, kind: str, column: str, said: str, **fields: object) -> Place:
        """The first cell of a column that says this, with its row."""
        places, words = self.columns[column]
        row = int(self.rows[(words == said)[places].argmax()])
        return Place(f"connect.example.{kind}", {"row": row, "value": said, **fields})

    def codes(self, column: str, known: Mapping[str, str]) -> NDArray[np.intp]:
        """The column as positions among the `known` codes (code -> name), (n,); report the others (-1).

        A name that only one of them has stands for its code, and the column says the code from then on.
        """
        self._say_codes(column, known)
        places, said = self.columns[column]
        found = pd.Index(list(known), dtype=object).get_indexer(pd.Index(said, dtype=object))
        strange, empty = found < 0, said == ""
        hints = {each: nearest(each, known) for each in said[strange][:_SUGGESTIONS]}
        hinted = np.array([bool(hints.get(each)) for each in said], dtype=bool)
        for each, hint in hints.items():
            if hint:
                self._report_once("csv_unknown_code_hint", said == each, column, hint=hint)
        self.report_words("csv_empty", strange & empty, column)
        self._report_once("csv_unknown_code", strange & ~empty & ~hinted, column)
        return np.asarray(found[places], dtype=np.intp)

    def _say_codes(self, column: str, known: Mapping[str, str]) -> None:
        """Let names of a column be codes, so that a line's name and its code are told to be the same."""
        places, said = self.columns[column]
        if known.keys() >= {*said.tolist()}:
            return
        plain = {code: like(name) for code, name in known.items()}
        times = Counter(plain.values())
        names = {name: code for code, name in plain.items() if times[name] == 1}
        meant = [each if each in known else names.get(like(each), each) for each in said.tolist()]
        if meant != said.tolist():
            self.columns = {**self.columns, column: distinct(np.array(meant, dtype=object)[places])}
            self.__dict__.pop("cells", None)

    def dates(self, column: str) -> NDArray[np.datetime64]:
        """The column as days (n,), NaT and reported where it says no date such as 2025-01-31."""
        places, said = self.columns[column]
        days = np.array([date_told(each) for each in said], dtype="datetime64[D]")
        self.report_words("csv_not_a_date", np.isnat(days), column)
        return np.asarray(days[places])

    def unique(self, columns: Sequence[str]) -> None:
        """Report each row that says in these columns what an earlier row has said."""
        if not (again := _again([self.columns[name] for name in columns])).any():
            return
        keys = self.cells[list(columns)]
        told = keys[again].iloc[: self.problems.room("csv_duplicate") + len(self.unread)]
        for row, key in zip(told.index.tolist(), told.itertuples(index=False, name=None), strict=True):
            same = [(keys[name] == said).to_numpy() for name, said in zip(columns, key, strict=True)]
            first = keys.index[int(np.argmax(np.logical_and.reduce(same)))]
            self.report("csv_duplicate", row, columns[-1], value=key, first=first)
        self.problems.add_unseen("csv_duplicate", int(again.sum()) - len(told))

    def done(self) -> None:
        """Raise DataProblems when anything was reported."""
        if self.problems:
            raise DataProblems(list(self.problems))

    def _among(self, cells: frozenset[tuple[int, str]], column: str) -> NDArray[np.bool_]:
        """Which rows have one of these cells in a column, (n,)."""
        rows = [row for row, name in cells if name == column]
        return np.isin(self.rows, rows)


def _again(columns: Sequence[DistinctWords]) -> NDArray[np.bool_]:
    """Which rows (n,) say in all columns what an earlier row has said."""
    rows, sizes = [words.places for words in columns], [len(words.said) for words in columns]
    if math.prod(sizes) <= np.iinfo(np.intp).max:
        return pd.Series(np.ravel_multi_index(rows, sizes)).duplicated().to_numpy()
    return pd.DataFrame(dict(enumerate(rows))).duplicated().to_numpy()
