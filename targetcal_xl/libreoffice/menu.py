"""The menu and the toolbar, made from the table of buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from xml.sax.saxutils import escape

from ..buttons import BUTTONS, Button
from ..language import LANGUAGES, record, text

COMMAND = "targetcal.command:"
"""What the address of an entry begins with; the button's code follows."""

_CALC = "com.sun.star.sheet.SpreadsheetDocument"
_FRAME = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:component-data xmlns:oor="http://openoffice.org/2001/registry" \
xmlns:xs="http://www.w3.org/2001/XMLSchema" oor:name="Addons" oor:package="org.openoffice.Office">
<node oor:name="AddonUI">
<node oor:name="OfficeMenuBar"><node oor:name="targetcal.menu" oor:op="replace">
{title}{context}
<node oor:name="Submenu">
{menu}
</node></node></node>
<node oor:name="OfficeToolBar"><node oor:name="targetcal.toolbar" oor:op="replace">
{title}
{toolbar}
</node></node>
</node>
</oor:component-data>
"""


_TOOLBAR = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:component-data xmlns:oor="http://openoffice.org/2001/registry" \
xmlns:xs="http://www.w3.org/2001/XMLSchema" oor:name="CalcWindowState" oor:package="org.openoffice.Office.UI">
<node oor:name="UIElements"><node oor:name="States">
<node oor:name="private:resource/toolbar/addon_targetcal.toolbar" oor:op="replace">
{name}{places}
</node></node></node>
</oor:component-data>
"""
_DOCKED = {
    "Docked": ("boolean", "true"),
    "DockingArea": ("int", "0"),
    "DockPos": ("string", "0,3"),
    "Visible": ("boolean", "true"),
}


def toolbar_place() -> str:
    """The configuration that gives our toolbar its name, and a row of its own under the others."""
    places = "".join(
        f'<prop oor:name="{name}" oor:type="xs:{kind}"><value>{value}</value></prop>'
        for name, (kind, value) in _DOCKED.items()
    )
    return _TOOLBAR.format(
        name=_words("UIName", lambda language: text("excel.menu", language)), places=places
    )


def addons() -> str:
    """The configuration that adds our menu and toolbar to Calc."""
    return _FRAME.format(
        title=_words("Title", lambda language: text("excel.menu", language)),
        context=_prop("Context", _CALC),
        menu="\n".join(_entries("m")),
        toolbar="\n".join(_entries("t")),
    )


def _entries(mark: str) -> Iterator[str]:
    """Every button in order, with a line between the groups; the node's name gives the order."""
    number = 0
    for _, group in groupby(BUTTONS, key=lambda button: button.group):
        if number:
            yield _node(f"{mark}{number:03d}x", [_prop("URL", "private:separator")])
        for button in group:
            yield _node(f"{mark}{number:03d}", list(_entry(button)))
            number += 1


def _entry(button: Button) -> Iterator[str]:
    yield _prop("URL", COMMAND + button.code)
    yield _words("Title", button.caption)
    yield _prop("Target", "_self")
    yield _prop("Context", _CALC)


def _node(name: str, props: list[str]) -> str:
    return f'<node oor:name="{name}" oor:op="replace">{"".join(props)}</node>'


def _prop(name: str, value: str) -> str:
    return f'<prop oor:name="{name}" oor:type="xs:string"><value>{escape(value)}</value></prop>'


def _words(name: str, said: Callable[[str], str]) -> str:
    values = "".join(
        f'<value xml:lang="{record(language).office}">{escape(said(language))}</value>'
        for language in LANGUAGES
    )
    return f'<prop oor:name="{name}" oor:type="xs:string">{values}</prop>'
