"""What the sheets draw their pictures with: the spreadsheet itself draws them from its cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..figures import typed
from ..language import text
from ..ooxml import Cell, Spot, column_letters
from .looks import FAINT, GRID, INK, LINE, SERIES, Looks
from .places import Places
from .shapes import Sheet, Table
from .widths import Form, short_form

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.chart import Chart

FIGURE_COLOURS = dict(zip(("last_year", "suggested", "declared", "agreed"), SERIES, strict=True))
MOST_GROUPS = 20
"""Groups of columns that somebody can tell apart in a picture."""
UNSEEN = {"fill": {"none": True}, "border": {"none": True}}


class Drawer:
    """Draws on one sheet, which holds these cells, what stands there."""

    def __init__(
        self,
        book: xlsxwriter.Workbook,
        sheet: Sheet,
        places: Places,
        looks: Looks,
        cells: Mapping[Spot, Cell],
        page: str = "",
    ) -> None:
        """Draw what stands on a sheet there, or on another `page`."""
        self.sheet, self.places, self.cells = sheet, places, cells
        self._book, self._looks = book, looks
        self._page = book.get_worksheet_by_name(places.tabs[page or sheet.code])

    def told_by(self, code: str) -> Drawer:
        """One that draws on the same page what stands on another sheet."""
        there = self.places.sheets[code]
        return Drawer(self._book, there, self.places, self._looks, {}, self.sheet.code)

    def chart(self, kind: Mapping[str, str]) -> Chart:
        """A new chart of that kind, not on the page yet: `finish` puts it there."""
        return self._book.add_chart(kind)

    def columns(
        self, table: str, series: Iterable[str], spot: Spot, size: tuple[int, int], most: int | None = None
    ) -> None:
        """One group of columns for each row of a table; of more than `most` rows for the largest."""
        chart, place = self.chart({"type": "column"}), self.sheet.table(table)
        rows = self._largest(place, most) if most and len(place.rows) > most else None
        for code in series:
            data = self.series(place, code, "name", rows)
            chart.add_series({**data, **bar(FIGURE_COLOURS[code]), "gap": 70, "overlap": 0})
        chart.set_y_axis(self.amounts)
        title = f"chart.{table}.largest" if rows else f"chart.{table}"
        self.finish(chart, title, spot, size, shown=most, count=len(place.rows))

    def _largest(self, table: Table, most: int) -> list[int]:
        """The rows with the largest suggestions when the book is written, in their order."""

        def size(row: int) -> float:
            cell = self.cells.get((table.top + 2 + row, table.spots["suggested"]))
            return float(cell.value or 0.0) if cell else 0.0

        return sorted(sorted(range(len(table.rows)), key=size, reverse=True)[:most])

    def numbered(self, position: str, form: str) -> dict[str, Any]:
        """Columns with their numbers, but for those that would read as nothing."""
        nothing = f'[<{typed(self._short.least / 2)}]""'
        label = {"value": True, "position": position, "font": self.font(9)}
        return {"data_labels": {**label, "num_format": f"{nothing};{form}"}}

    @property
    def amounts(self) -> dict[str, Any]:
        """An axis in the metric's unit: from 0, or columns would show differences that are not there."""
        return {
            "min": 0,
            "major_gridlines": {"visible": True, "line": {"color": GRID}},
            "num_font": self.font(9),
            "num_format": self.form,
            "line": {"none": True},
        }

    @property
    def form(self) -> str:
        """How numbers are written in a picture, where there is less room than in a cell."""
        return self._short.code

    @cached_property
    def _short(self) -> Form:
        return short_form(self.places.inputs, self.places.language)

    def cut(self, code: str, cut: float) -> dict[str, Any]:
        """An axis of the quadrants, crossed at its cut."""
        return {
            "name": self._say(f"column.{code}"),
            "name_font": self.font(9),
            "num_format": "0%",
            "num_font": self.font(9),
            "crossing": cut,
            "label_position": "low",
            "major_gridlines": {"visible": False},
            "line": {"color": FAINT, "width": 1.25},
        }

    def series(
        self, table: Table, code: str, names: str, rows: Sequence[int] | None = None
    ) -> dict[str, Any]:
        """A column of a table, beside the column that names its rows; of these rows only, where given."""
        return {
            "name": [self.tab, table.top, table.spots[code] - 1],
            "categories": self._some_of(table, names, rows) if rows else self.cells_of(table, names),
            "values": self._some_of(table, code, rows) if rows else self.cells_of(table, code),
        }

    def _some_of(self, table: Table, code: str, rows: Iterable[int]) -> str:
        """Some cells of a column."""
        column, tab = column_letters(table.spots[code]), self.tab.replace("'", "''")
        cells = ",".join(f"'{tab}'!${column}${table.top + 2 + row}" for row in rows)
        return f"=({cells})"

    def cells_of(self, table: Table, code: str, row: int | None = None) -> list[object]:
        """A column of a table, or one cell of it."""
        first = table.top + 1 + (row or 0)
        last = first if row is not None else table.bottom - 1
        return [self.tab, first, table.spots[code] - 1, last, table.spots[code] - 1]

    def finish(self, chart: Chart, title: str, spot: Spot, size: tuple[int, int], **facts: object) -> None:
        """Give a chart its title, legend and size, and put it where it belongs."""
        chart.set_title(
            {
                "name": self._say(title, **facts),
                "name_font": {**self.font(11), "bold": True},
                "overlay": False,
            }
        )
        chart.set_legend({"position": "bottom", "font": self.font(9)})
        chart.set_chartarea({"border": {"color": LINE}})
        chart.set_size({"width": size[0], "height": size[1]})
        chart.show_blanks_as("gap")
        self._page.insert_chart(spot[0] - 1, spot[1] - 1, chart, {"object_position": 2, "x_offset": 8})

    def font(self, size: int) -> dict[str, Any]:
        """Letters of that size."""
        return {"name": self._looks.font["font_name"], "size": size, "color": INK}

    def _say(self, key: str, **facts: object) -> str:
        return text(f"workbook.{key}", self.places.language, **facts)

    @property
    def tab(self) -> str:
        """The name of the sheet's tab."""
        return self.places.tabs[self.sheet.code]


def bar(colour: str) -> dict[str, Any]:
    """A column of that colour."""
    return {"fill": {"color": colour}, "border": {"none": True}}
