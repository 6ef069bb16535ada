"""Worksheet functions by the name under which the macros of workbooks know them, as xlwings calls them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any, cast

import xlwings

from ..functions import FUNCTIONS, Function, computed
from ..language import spoken_language


@cache
def __getattr__(name: str) -> object:
    """A worksheet function, by its name in a cell; elsewhere than on Windows xlwings' marks do nothing."""
    if name not in FUNCTIONS:
        raise AttributeError(name)
    return marked(FUNCTIONS[name], xlwings)


def marked(offered: Function, xw: Any) -> Callable[..., object]:
    """The function as xlwings calls it: every argument a block of cells, the answer one too."""

    def called(*cells: object) -> object:
        return computed(offered.name, cells)

    called.__name__, called.__doc__ = offered.name, offered.help(spoken_language())
    called.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                argument.name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD,
                default=None if argument.optional else inspect.Parameter.empty,
            )
            for argument in offered.arguments
        ]
    )
    called.__annotations__ = {}
    for argument in offered.arguments:
        called = xw.arg(argument.name, ndim=2, doc=argument.help(spoken_language()))(called)
    return cast(Callable[..., object], xw.func(called))
