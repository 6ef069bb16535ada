"""The ribbon tab: one group for finance, one for HR, with every button of the table."""

from __future__ import annotations

from string import Template
from xml.sax.saxutils import quoteattr

from ..commands import BUTTONS, Button, Group
from ..language import text

GROUPS: tuple[Group, ...] = ("finance", "hr")


def ribbon(template: str, language: str) -> str:
    """The ribbon's XML, with captions and tips in a language."""
    groups = "".join(_group(group, language) for group in GROUPS)
    return Template(template).substitute(tab=quoteattr(text("excel.menu", language)), groups=groups)


def _group(group: Group, language: str) -> str:
    label = quoteattr(text(f"excel.group.{group}", language))
    buttons = "".join(_button(each, language) for each in BUTTONS if each.group == group)
    return f'\n        <group id="targetcal.{group}" label={label}>{buttons}\n        </group>'


def _button(button: Button, language: str) -> str:
    attributes = {
        "id": f"targetcal.{button.code}",
        "label": button.caption(language),
        "screentip": button.caption(language),
        "supertip": button.tip(language),
        "size": "large",
        "imageMso": button.image,
        "onAction": f"Ribbon_{button.code}",
    }
    said = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items())
    return f"\n          <button {said}/>"
