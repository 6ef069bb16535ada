"""How a workbook looks: one family of type, a few colours, and one format for every kind of cell."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from ..calibration import Inputs
from ..language import record
from .shapes import Kind, Owner
from .widths import form_of

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format

INK, FAINT, LINE, GRID = "#1F2937", "#6B7280", "#D1D5DB", "#E5E7EB"
BRAND, BRAND_PALE, INPUT, SUPERIOR_INPUT, PAPER = "#1F4E79", "#DCE6F1", "#FFF8DC", "#E8F3EA", "#F7F8FA"
WARNING, WARNING_PALE, GOOD = "#C2410C", "#FDE3D3", "#15803D"
BETTER, WORSE = "#8CCBA3", "#F4B183"
"""Colours of what makes a target better or worse, pale enough to be written on."""
LIGHT_COLOURS = (("#B91C1C", "#FDE2E2"), ("#92400E", "#FEF3C7"), ("#15803D", "#DCFCE7"))
"""Ink and paper of red, amber and green."""
SERIES = ("#9CA3AF", "#5B9BD5", "#1F4E79", "#15803D")
"""Colours of a chart's series: last year, suggested, declared, agreed."""

_INPUTS = {Owner.MANAGER: INPUT, Owner.FINANCE: INPUT, Owner.SUPERIOR: SUPERIOR_INPUT}
_HEADS = {
    Owner.MANAGER: "#9A6700",
    Owner.FINANCE: "#9A6700",
    Owner.SUPERIOR: "#2F6B4F",
    Owner.FORMULA: "#4B6584",
}
_LEFT: tuple[Kind, ...] = ("text", "long", "message", "line", "link", "stamp", "effect", "days")
_PARAGRAPHS: tuple[Kind, ...] = ("long", "message")
_CENTRED: tuple[Kind, ...] = ("choice", "flag", "date")
_SHRUNK: tuple[Kind, ...] = ("text", "stamp")
"""What becomes smaller where rows are added: names and times are read whole."""
_WRAPPED: tuple[Kind, ...] = (*_PARAGRAPHS, "link", "choice")
_NUMBERS: tuple[Kind, ...] = ("number", "amount", "decimal", "count", "percent")
"""A number that outgrows its column becomes smaller: no program shows a part of one."""


Standpoint = Literal["table", "card", "list"]
"""Where a value stands."""


class Looks:
    """The formats of one workbook, made when they are first needed."""

    def __init__(self, book: xlsxwriter.Workbook, inputs: Inputs, language: str) -> None:
        self._book = book
        self.font = {"font_name": record(language).font, "font_size": 10, "font_color": INK}
        numbers = {kind: form_of(inputs, kind, language).code for kind in _NUMBERS}
        self._numbers = {**numbers, "date": "yyyy-mm-dd"}
        self.cell = cache(self._cell)

    def _cell(self, kind: Kind, owner: Owner, at: Standpoint = "table") -> Format:
        """The format of a value in a table, in a card, or in the list of settings."""
        shape: dict[str, Any] = {
            "num_format": self._numbers.get(kind, "General"),
            "align": _alignment(kind, at),
            # What is longer than its cell shows how it begins.
            "valign": "top" if kind in _PARAGRAPHS and at == "table" else "vcenter",
            "text_wrap": kind in _WRAPPED or (at == "card" and kind not in _NUMBERS),
            "shrink": kind in _NUMBERS,
            "border": 1,
            "border_color": LINE,
            # The superior's cells open when there is something to decide: once the region is locked.
            "locked": kind != "message" and owner not in (Owner.MANAGER, Owner.FINANCE),
        }
        # What may become smaller has no indent: LibreOffice gives it to some of the cells only.
        if shape["align"] != "center" and not shape["shrink"]:
            shape["indent"] = 1
        if owner.is_person:
            shape["bg_color"] = _INPUTS[owner]
        if at == "card" and kind != "long":
            shape |= {"bold": True, "font_size": 12}
        return self._made(shape)

    def row_to_come(self, kind: Kind, is_cut: bool) -> Format:
        """The format of a column in which rows will be added; what is cut ends at the cell's edge."""
        align = "fill" if is_cut else "left" if kind in (*_LEFT, *_CENTRED) else "right"
        shape = {"num_format": self._numbers.get(kind, "General"), "align": align, "valign": "vcenter"}
        wrapped = kind == "link"
        return self._made(
            shape if is_cut else {**shape, "indent": 1, "text_wrap": wrapped, "shrink": kind in _SHRUNK}
        )

    @property
    def ruled(self) -> Format:
        """What a row that has been added gets."""
        return self.changed(bottom=1, bottom_color=LINE)

    def _made(self, shape: dict[str, Any]) -> Format:
        return self._book.add_format({**self.font, **shape})

    @property
    def plain(self) -> Format:
        """A cell with nothing special about it."""
        return self._named("plain", {})

    @property
    def title(self) -> Format:
        """The title of a sheet."""
        return self._named("title", {"font_size": 18, "bold": True, "font_color": BRAND, "valign": "vcenter"})

    @property
    def note(self) -> Format:
        """A line of the guide that explains what stands left of it."""
        return self._named("note", {"font_color": INK, "valign": "vcenter", "indent": 1})

    @property
    def subtitle(self) -> Format:
        """The line below a title."""
        return self._named("subtitle", {"font_color": FAINT, "valign": "vcenter"})

    @property
    def section(self) -> Format:
        """The name of a table."""
        return self._named(
            "section", {"font_size": 12, "bold": True, "font_color": BRAND, "valign": "vcenter"}
        )

    def caption(self, owner: Owner) -> Format:
        """The head of a column, in the colour of whose it is."""
        shape = {"bold": True, "font_color": "#FFFFFF", "border": 1, "border_color": LINE, "text_wrap": True}
        colour = _HEADS.get(owner, BRAND)
        return self._named(
            f"caption {owner}", {**shape, "bg_color": colour, "align": "center", "valign": "vcenter"}
        )

    @property
    def label(self) -> Format:
        """What stands above or beside a single value."""
        shape = {"font_color": BRAND, "bg_color": BRAND_PALE, "border": 1, "border_color": LINE}
        return self._named("label", {**shape, "align": "center", "valign": "vcenter", "text_wrap": True})

    @property
    def advice(self) -> Format:
        """The line that tells a manager what to do."""
        return self._named(
            "advice",
            {"bold": True, "font_size": 11, "font_color": WARNING, "valign": "vcenter", "text_wrap": True},
        )

    @property
    def prose(self) -> Format:
        """A paragraph of the guide."""
        shape = {"text_wrap": True, "valign": "vcenter", "font_size": 11}
        return self._named("prose", {**shape, "indent": 1})

    @property
    def heading(self) -> Format:
        """A heading of the guide, with a rule under it."""
        shape = {"font_size": 12, "bold": True, "font_color": BRAND, "valign": "bottom"}
        return self._named("heading", {**shape, "bottom": 2, "bottom_color": BRAND})

    @property
    def badge(self) -> Format:
        """The number of a step."""
        shape = {
            "bold": True,
            "font_color": "#FFFFFF",
            "bg_color": BRAND,
            "align": "center",
            "valign": "vcenter",
        }
        return self._named("badge", {**shape, "border": 1, "border_color": "#FFFFFF"})

    @property
    def bullet(self) -> Format:
        """The point before a note."""
        return self._named("bullet", {"font_color": BRAND, "align": "center", "valign": "vcenter"})

    @property
    def link(self) -> Format:
        """A link to another sheet."""
        return self._named("link", {"font_color": BRAND, "underline": 1, "valign": "vcenter"})

    @property
    def hint(self) -> Format:
        """What a setting means, beside it."""
        return self._named("hint", {"font_color": FAINT, "valign": "vcenter", "indent": 1})

    @property
    def setting(self) -> Format:
        """What stands left of a single value."""
        shape = {"font_color": BRAND, "bg_color": BRAND_PALE, "border": 1, "border_color": LINE, "indent": 1}
        return self._named("setting", {**shape, "align": "left", "valign": "vcenter", "text_wrap": True})

    def swatch(self, colour: str) -> Format:
        """A patch of colour."""
        return self._made({"bg_color": colour, "border": 1, "border_color": LINE})

    def _named(self, name: str, shape: dict[str, Any]) -> Format:
        known: dict[str, Format] = self.__dict__.setdefault("_kept", {})
        if name not in known:
            known[name] = self._made(shape)
        return known[name]

    def changed(self, **shape: Any) -> Format:
        """A format for what a condition changes."""
        return self._book.add_format(shape)


def _alignment(kind: Kind, at: Standpoint) -> str:
    if at == "list" or kind == "long" or (kind in _LEFT and at == "table"):
        return "left"
    return "center" if at == "card" or kind in _CENTRED else "right"
