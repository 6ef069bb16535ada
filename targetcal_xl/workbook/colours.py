"""What the sheets show by colours: a format that a cell has while a formula holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..language import text
from ..ooxml import Spot, column_letters
from .looks import WARNING, WARNING_PALE, Looks
from .places import Places
from .shapes import Sheet, Table

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet


@dataclass(frozen=True)
class Painter:
    """Colours one sheet."""

    page: Worksheet
    sheet: Sheet
    places: Places
    looks: Looks

    def say(self, key: str) -> str:
        """A word of the workbook, as cells show it."""
        return text(f"workbook.{key}", self.places.language)

    def first(self, table: Table, column: str) -> str:
        """A column's cell in the first row of a table, for conditions: `$F10`."""
        return f"${column_letters(table.spots[column])}{table.top + 2}"

    def field(self, code: str) -> str:
        """A field's cell, for conditions: `$F$10`."""
        row, column = self.sheet.spot(code)
        return f"${column_letters(column)}${row}"

    def when(self, table: Table, column: str, condition: str, form: Format, stop: bool = False) -> None:
        """Format a column of a table where a formula, written for its first row, holds."""
        at = table.spots[column] - 1
        rule = {"type": "formula", "criteria": f"={condition}", "format": form, "stop_if_true": stop}
        self.page.conditional_format(table.top + 1, at, table.bottom - 1, at, rule)

    def at(self, spot: Spot, rule: dict[str, Any], form: Format) -> None:
        """Format one cell where a rule holds."""
        row, column = spot[0] - 1, spot[1] - 1
        self.page.conditional_format(row, column, row, column, {**rule, "format": form})

    def flags(self, table: Table) -> None:
        """Have objections and what was typed over stand out, where a table tells of them."""
        if "flag" not in table.spots:
            return
        flag, told = self.first(table, "flag"), ("objection", "typed_over")
        stands_out = ",".join(f'{flag}="{self.say("flag." + code)}"' for code in told)
        red = self.looks.changed(bg_color=WARNING_PALE, font_color=WARNING, bold=True)
        for code in ("deviation", "flag"):
            self.when(table, code, f"OR({stands_out})", red)
