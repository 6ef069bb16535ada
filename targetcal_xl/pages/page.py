"""A page as text: a template of ours, everything in it escaped, nothing in it fetched."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from .. import __version__
from ..language import text

MOST_BYTES: Final = 200_000
"""No page is larger: it goes by mail, and opens on a telephone."""
_MARK = b'<meta name="generator" content="targetcal-xl '


def rendered(template: str, language: str, script: str = "", **data: object) -> str:
    """A page from a template, in a language, with its only script."""
    code = script.replace("</", "<\\/")
    page = _environment().get_template(template)
    return page.render(
        language=language,
        program=__version__,
        style=Markup(part("page.css")),  # noqa: S704 - ours, and no word of a plan is in it
        script=Markup(code),  # noqa: S704
        allowed=_allowed(code),
        say=lambda key, **fields: text(f"pages.{key}", language, **fields),
        **data,
    )


def to_the_minute(at: dt.datetime, language: str) -> str:
    """A time in UTC as pages tell it, to the minute."""
    return at.isoformat(" ", "minutes").removesuffix("+00:00") + text("pages.utc", language)


def inert(script: str) -> str:
    """A script of data and formulas, in which no text ends the script; they compare by functions."""
    kept = script.replace("<", "\\u003c")
    return kept.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def is_ours(content: bytes) -> bool:
    """Whether a file is a page of ours, which a new one may replace."""
    return _MARK in content[:2000]


def _allowed(script: str) -> str:
    """The page's own word that it loads nothing, and runs this script only."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    runs = f"script-src 'sha256-{digest}'; " if script else ""
    return f"default-src 'none'; {runs}style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@cache
def part(name: str) -> str:
    """A file that pages are made of."""
    return files(__package__).joinpath("templates", name).read_text("utf-8")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader(__package__, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["css"] = _in_style
    return made


def _in_style(words: str) -> Markup:
    """Words as a text of a style sheet: nothing in it ends the text, or the sheet."""
    spelt = "".join(sign if sign.isalnum() or sign == " " else f"\\{ord(sign):06x}" for sign in words)
    return Markup(f'"{spelt}"')  # noqa: S704
