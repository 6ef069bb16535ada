"""The pictures of a workbook, drawn by the spreadsheet itself from its cells."""

from __future__ import annotations

from typing import Any

import xlsxwriter
from xlsxwriter.chart import Chart

from targetcal_xl.language import text

from .looks import FAINT, INK, LINE, SERIES, Looks
from .places import Places
from .shapes import Sheet, Table

_COLOURS = dict(zip(("last_year", "suggested", "declared", "agreed"), SERIES, strict=True))


def draw_charts(book: xlsxwriter.Workbook, sheet: Sheet, places: Places, looks: Looks) -> None:
    """The charts of one sheet; most sheets have none."""
    drawer = _Drawer(book, sheet, places, looks)
    if sheet.region:
        drawer.columns(sheet.table("lines"), _COLOURS, (sheet.tables[-1].bottom + 2, 2), (1100, 300))
    elif sheet.code == "dashboard":
        totals = {code: _COLOURS[code] for code in ("suggested", "declared", "agreed")}
        drawer.columns(sheet.table("regions"), totals, (8, 2), (540, 340))
        drawer.columns(sheet.table("lines"), totals, (8, 8), (490, 340))
    elif sheet.code == "progress":
        drawer.path(sheet.table("weekly"))
    elif sheet.code == "evaluation":
        drawer.quadrants(sheet.table("regions"))


class _Drawer:
    """Draws on one sheet."""

    def __init__(self, book: xlsxwriter.Workbook, sheet: Sheet, places: Places, looks: Looks) -> None:
        self._book, self._sheet, self._places, self._font = book, sheet, places, looks.font
        self._page = book.get_worksheet_by_name(places.tabs[sheet.code])

    def columns(
        self, table: Table, series: dict[str, str], spot: tuple[int, int], size: tuple[int, int]
    ) -> None:
        """One group of columns for each row of a table."""
        chart = self._book.add_chart({"type": "column"})
        for code, colour in series.items():
            shape = {"fill": {"color": colour}, "border": {"none": True}, "gap": 80, "overlap": -5}
            chart.add_series({**self._series(table, code, "name"), **shape})
        self._finish(chart, f"chart.{'lines' if table.code == 'lines' else 'regions'}", spot, size)

    def path(self, table: Table) -> None:
        """The way to the agreed total, and the results so far."""
        chart = self._book.add_chart({"type": "line"})
        for code, line in (("path", {"color": FAINT, "dash_type": "dash"}), ("actual", {"color": SERIES[2]})):
            chart.add_series({**self._series(table, code, "date"), "line": {**line, "width": 2.25}})
        chart.set_x_axis({"num_format": "mm-dd", "num_font": self._text(8)})
        self._finish(chart, "chart.path", (table.top, 6), (760, 320))

    def quadrants(self, table: Table) -> None:
        """Attainment against agreement, with the cuts as axes."""
        chart = self._book.add_chart({"type": "scatter"})
        for row in range(len(table.rows)):
            at = table.top + 1 + row
            chart.add_series(
                {
                    "name": [self._tab, at, table.spots["name"] - 1],
                    "categories": self._range(table, "agreement_pct", row),
                    "values": self._range(table, "attainment", row),
                    "marker": {"type": "circle", "size": 10, "fill": {"color": SERIES[row % 3 + 1]}},
                    "data_labels": {"series_name": True, "value": False, "position": "right"},
                }
            )
        axis: dict[str, Any] = {
            "num_format": "0%",
            "major_gridlines": {"visible": False},
            "num_font": self._text(9),
        }
        chart.set_x_axis(
            {
                **axis,
                "min": 0,
                "max": 1,
                "crossing": 0.9,
                "label_position": "low",
                "name": self._say("column.agreement_pct"),
            }
        )
        chart.set_y_axis(
            {
                **axis,
                "min": 0.5,
                "max": 1.3,
                "crossing": 0.7,
                "label_position": "low",
                "name": self._say("column.attainment"),
            }
        )
        self._finish(chart, "chart.quadrants", (table.bottom + 3, 2), (760, 360))

    def _series(self, table: Table, code: str, names: str) -> dict[str, Any]:
        column = table.spots[code] - 1
        return {
            "name": [self._tab, table.top, column],
            "categories": self._range(table, names),
            "values": self._range(table, code),
        }

    def _range(self, table: Table, code: str, row: int | None = None) -> list[object]:
        """A column of a table, or one cell of it."""
        first = table.top + 1 + (row or 0)
        last = first if row is not None else table.bottom - 1
        return [self._tab, first, table.spots[code] - 1, last, table.spots[code] - 1]

    def _finish(self, chart: Chart, title: str, spot: tuple[int, int], size: tuple[int, int]) -> None:
        chart.set_title(
            {"name": self._say(title), "name_font": {**self._text(11), "bold": True}, "overlay": False}
        )
        chart.set_legend({"position": "bottom", "font": self._text(9)})
        chart.set_chartarea({"border": {"color": LINE}})
        chart.set_size({"width": size[0], "height": size[1]})
        chart.show_blanks_as("gap")
        self._page.insert_chart(spot[0] - 1, spot[1] - 1, chart, {"object_position": 2})

    def _text(self, size: int) -> dict[str, Any]:
        return {"name": self._font["font_name"], "size": size, "color": INK}

    def _say(self, key: str) -> str:
        return text(f"workbook.{key}", self._places.language)

    @property
    def _tab(self) -> str:
        return self._places.tabs[self._sheet.code]
