"""The pictures of a workbook, drawn by the spreadsheet itself from its cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import xlsxwriter
from xlsxwriter.chart import Chart

from ..calibration.agreement import AGREEMENT_CUT, ATTAINMENT_CUT
from ..calibration.explanation import axis_floor
from ..figures import typed
from ..language import text
from ..ooxml import Cell, Spot
from .looks import BETTER, FAINT, GRID, INK, LINE, SERIES, WARNING, WORSE, Looks
from .places import Places
from .shapes import Sheet, Table
from .widths import Form, short_form

_COLOURS = dict(zip(("last_year", "suggested", "declared", "agreed"), SERIES, strict=True))
_TOTALS = ("hq", "suggested", "declared", "agreed")
_UNSEEN = {"fill": {"none": True}, "border": {"none": True}}
_COMPARED = ("suggested", "declared", "agreed")


REGION_CHARTS = 19
"""How many rows below its tables the pictures of a region's tab end."""


def draw_charts(
    book: xlsxwriter.Workbook, sheet: Sheet, places: Places, looks: Looks, cells: Mapping[Spot, Cell]
) -> None:
    """The charts of one sheet, which holds these cells; most sheets have none."""
    drawer = _Drawer(book, sheet, places, looks)
    if sheet.region:
        top = sheet.tables[-1].bottom + 2
        drawer.columns("lines", _COLOURS, (top, 2), (560, 330))
        drawer.steps((top, 9), (495, 330), cells)
    elif sheet.code == "dashboard":
        drawer.totals((11, 2), (290, 340))
        drawer.columns("regions", _COMPARED, (11, 5), (362, 340))
        _Drawer(book, places.sheets["progress"], places, looks, "dashboard").path((11, 10), (362, 340))
    elif sheet.code == "progress":
        drawer.path((sheet.table("weekly").top - 1, 6), (540, 310))
    elif sheet.code == "evaluation":
        drawer.quadrants((sheet.table("measures").top - 1, 9), (500, 400))
    elif sheet.code == "backtest":
        drawer.past((sheet.table("periods").top - 1, 8), (540, 330))


class _Drawer:
    """Draws on one sheet."""

    def __init__(
        self, book: xlsxwriter.Workbook, sheet: Sheet, places: Places, looks: Looks, page: str = ""
    ) -> None:
        """Draw what stands on a sheet there, or on another `page`."""
        self._book, self._sheet, self._places, self._font = book, sheet, places, looks.font
        self._page = book.get_worksheet_by_name(places.tabs[page or sheet.code])

    def columns(self, table: str, series: Iterable[str], spot: Spot, size: tuple[int, int]) -> None:
        """One group of columns for each row of a table."""
        chart, rows = self._book.add_chart({"type": "column"}), self._sheet.table(table)
        for code in series:
            chart.add_series(
                {**self._series(rows, code, "name"), **_bar(_COLOURS[code]), "gap": 70, "overlap": 0}
            )
        chart.set_y_axis(self._amounts)
        self._finish(chart, f"chart.{table}", spot, size)

    def steps(self, spot: Spot, size: tuple[int, int], cells: Mapping[Spot, Cell]) -> None:
        """The way from last year's figure to the suggestion: each step stands where the one before ends.

        A step's number stands in an unseen column of its height on top, and so above a thin one.
        """
        chart = self._book.add_chart({"type": "column", "subtype": "stacked"})
        table, metric = self._sheet.table("steps"), self._places.inputs.plan.metric
        rise, fall = (BETTER, WORSE) if metric.direction > 0 else (WORSE, BETTER)
        form = self._form
        suggested = [*[None] * (len(table.rows) - 1), _bar(SERIES[1])]
        pieces: tuple[tuple[str, dict[str, Any]], ...] = (
            ("foot", _UNSEEN),
            ("whole", {**_bar(SERIES[0]), "points": suggested, **self._numbered("inside_end", form)}),
            *(("rise", _bar(rise)), ("fall", _bar(fall))),
            ("rise", {**_UNSEEN, **self._numbered("inside_base", f"+{form}")}),
            ("fall", {**_UNSEEN, **self._numbered("inside_base", f"−{form}")}),
        )
        for code, look in pieces:
            chart.add_series({**self._series(table, code, "name"), **look, "gap": 40})
        chart.set_x_axis({"num_font": self._text(9)})
        chart.set_y_axis({**self._amounts, "min": self._floor(table, cells)})
        chart.show_hidden_data()
        self._finish(chart, "chart.steps", spot, size)
        chart.set_legend({"none": True})

    @staticmethod
    def _floor(table: Table, cells: Mapping[Spot, Cell]) -> float:
        """Where the axis of the steps begins, by where they stand when the book is written."""

        def column(code: str) -> list[float]:
            spots = [(at, table.spots[code]) for at in range(table.top + 2, table.bottom + 1)]
            return [float(cells[spot].value or 0.0) if spot in cells else 0.0 for spot in spots]

        whole, foot = column("whole"), column("foot")
        return axis_floor([whole[0], whole[-1], *foot[1:-1]])

    def _numbered(self, position: str, form: str) -> dict[str, Any]:
        """Columns with their numbers, but for those that would read as nothing."""
        nothing = f'[<{typed(self._short.least / 2)}]""'
        label = {"value": True, "position": position, "font": self._text(9)}
        return {"data_labels": {**label, "num_format": f"{nothing};{form}"}}

    def totals(self, spot: Spot, size: tuple[int, int]) -> None:
        """What head office wants beside what was suggested, declared and agreed."""
        spots = [self._places.field(f"dashboard_{code}")[1] for code in _TOTALS]
        row, first, last = spots[0][0] - 1, spots[0][1] - 1, spots[-1][1] - 1
        chart = self._book.add_chart({"type": "column"})
        chart.add_series(
            {
                "categories": [self._tab, row - 1, first, row - 1, last],
                "values": [self._tab, row, first, row, last],
                "points": [{"fill": {"color": colour}} for colour in SERIES],
                "data_labels": {"value": True, "font": self._text(9), "num_format": self._form},
                "gap": 60,
            }
        )
        chart.set_y_axis(self._amounts)
        self._finish(chart, "chart.totals", spot, size)
        chart.set_legend({"none": True})

    def path(self, spot: Spot, size: tuple[int, int]) -> None:
        """The way to the agreed total, and the results so far."""
        chart, table = self._book.add_chart({"type": "line"}), self._sheet.table("weekly")
        for code, line in (("path", {"color": FAINT, "dash_type": "dash"}), ("actual", {"color": SERIES[2]})):
            chart.add_series({**self._series(table, code, "date"), "line": {**line, "width": 2.25}})
        chart.set_x_axis({"num_format": "mm-dd", "num_font": self._text(9), "text_axis": True})
        chart.set_y_axis(self._amounts)
        self._finish(chart, "chart.path", spot, size)

    def past(self, spot: Spot, size: tuple[int, int]) -> None:
        """What happened in past periods, and what each method would have said."""
        chart, table = self._book.add_chart({"type": "line"}), self._sheet.table("periods")
        looks = {
            "actual": {"color": INK, "width": 3},
            "model": {"color": SERIES[1], "width": 2.25},
            "inertial": {"color": WARNING, "width": 1.75, "dash_type": "dash"},
            "last_year": {"color": FAINT, "width": 1.75, "dash_type": "round_dot"},
            "declared": {"color": SERIES[3], "width": 1.75},
        }
        for code, line in looks.items():
            marker = {"type": "circle", "size": 5, "fill": {"color": line["color"]}}
            marker["border"] = {"color": line["color"]}
            chart.add_series({**self._series(table, code, "period"), "line": line, "marker": marker})
        chart.set_x_axis({"num_font": self._text(9), "text_axis": True})
        chart.set_y_axis(self._amounts)
        self._finish(chart, "chart.past", spot, size)

    def quadrants(self, spot: Spot, size: tuple[int, int]) -> None:
        """Attainment against agreement; the axes cross where the quadrants are cut."""
        chart, table = self._book.add_chart({"type": "scatter"}), self._sheet.table("regions")
        for row in range(len(table.rows)):
            chart.add_series(
                {
                    "name": [self._tab, table.top + 1 + row, table.spots["name"] - 1],
                    "categories": self._range(table, "agreement_pct", row),
                    "values": self._range(table, "attainment", row),
                    "marker": {"type": "circle", "size": 9, "fill": {"color": SERIES[2]}},
                    "data_labels": {
                        "series_name": True,
                        "value": False,
                        "position": "above",
                        "font": self._text(9),
                    },
                }
            )
        chart.set_x_axis({**self._cut("agreement_pct", AGREEMENT_CUT), "min": 0, "max": 1})
        chart.set_y_axis(self._cut("attainment", ATTAINMENT_CUT))
        self._finish(chart, "chart.quadrants", spot, size)
        chart.set_legend({"none": True})

    @property
    def _amounts(self) -> dict[str, Any]:
        """An axis in the metric's unit: from 0, or columns would show differences that are not there."""
        return {
            "min": 0,
            "major_gridlines": {"visible": True, "line": {"color": GRID}},
            "num_font": self._text(9),
            "num_format": self._form,
            "line": {"none": True},
        }

    @property
    def _form(self) -> str:
        """How numbers are written in a picture, where there is less room than in a cell."""
        return self._short.code

    @cached_property
    def _short(self) -> Form:
        return short_form(self._places.inputs, self._places.language)

    def _cut(self, code: str, cut: float) -> dict[str, Any]:
        """An axis of the quadrants, crossed at its cut."""
        return {
            "name": self._say(f"column.{code}"),
            "name_font": self._text(9),
            "num_format": "0%",
            "num_font": self._text(9),
            "crossing": cut,
            "label_position": "low",
            "major_gridlines": {"visible": False},
            "line": {"color": FAINT, "width": 1.25},
        }

    def _series(self, table: Table, code: str, names: str) -> dict[str, Any]:
        return {
            "name": [self._tab, table.top, table.spots[code] - 1],
            "categories": self._range(table, names),
            "values": self._range(table, code),
        }

    def _range(self, table: Table, code: str, row: int | None = None) -> list[object]:
        """A column of a table, or one cell of it."""
        first = table.top + 1 + (row or 0)
        last = first if row is not None else table.bottom - 1
        return [self._tab, first, table.spots[code] - 1, last, table.spots[code] - 1]

    def _finish(self, chart: Chart, title: str, spot: Spot, size: tuple[int, int]) -> None:
        chart.set_title(
            {"name": self._say(title), "name_font": {**self._text(11), "bold": True}, "overlay": False}
        )
        chart.set_legend({"position": "bottom", "font": self._text(9)})
        chart.set_chartarea({"border": {"color": LINE}})
        chart.set_size({"width": size[0], "height": size[1]})
        chart.show_blanks_as("gap")
        self._page.insert_chart(spot[0] - 1, spot[1] - 1, chart, {"object_position": 2, "x_offset": 8})

    def _text(self, size: int) -> dict[str, Any]:
        return {"name": self._font["font_name"], "size": size, "color": INK}

    def _say(self, key: str) -> str:
        return text(f"workbook.{key}", self._places.language)

    @property
    def _tab(self) -> str:
        return self._places.tabs[self._sheet.code]


def _bar(colour: str) -> dict[str, Any]:
    return {"fill": {"color": colour}, "border": {"none": True}}
