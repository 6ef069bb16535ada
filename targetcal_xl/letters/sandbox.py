"""A template is code: what of Jinja a letter may use, and what happens to every value it prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, cast
from xml.sax.saxutils import escape

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from ..calibration import composed
from ..problems import Problem
from .fields import LetterFields
from .package import MOST_XML, too_long

_FILTERS = ("default", "length", "lower", "trim", "upper")
_TESTS = ("defined", "eq", "ge", "gt", "in", "le", "lt", "ne", "undefined")
_LOOP = ("first", "index", "last", "length")
_DEEPEST = 2
_DEEPEST_WORDS = 20
_SIMPLE = (
    nodes.Output, nodes.TemplateData, nodes.Const, nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand,
    nodes.And, nodes.Or, nodes.Not, nodes.Concat,
)  # fmt: skip
_QUOTE = {'"': "&quot;"}
_Scope = Mapping[str, tuple[str, ...] | None]
"""Names in reach -> the fields below them; None for a text, which has none."""


class _Bounded(Template):
    """A template that ends before loops in loops have filled the memory."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        """The finished text; raise DataProblems when it is longer than any letter."""
        pieces, room = [], MOST_XML
        for piece in self.generate(*args, **kwargs):
            pieces.append(piece)
            if (room := room - len(piece)) < 0:
                raise too_long()
        return "".join(pieces)


class LetterEnvironment(ImmutableSandboxedEnvironment):
    """A sandbox that runs nothing it has not examined, and keeps what was wrong and what was printed."""

    template_class = _Bounded

    def __init__(self, known: LetterFields) -> None:
        super().__init__(autoescape=False, undefined=StrictUndefined, finalize=self._print)
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in _FILTERS}
        self.tests = {name: self.tests[name] for name in _TESTS}
        self.problems: list[Problem] = []
        self.merged: list[str] = []
        self._known = known

    def examined(self, source: str) -> nodes.Template:
        """The tree of a source without faults; one with faults stays the text it is, and `problems` grow."""
        try:
            tree = self.parse(source)
            is_deep = _is_deeper(tree, _DEEPEST_WORDS)
            found = [Problem("letter_too_deep")] if is_deep else list(_Audit(self._known).faults(tree))
        except TemplateSyntaxError as error:
            found = [Problem("letter_syntax", fields={"said": error.message})]
        except RecursionError:
            found = [Problem("letter_too_deep")]
        self.problems += [problem for problem in found if problem not in self.problems]
        return _verbatim(source) if found else cast(nodes.Template, _Direct().visit(tree))

    def begin(self) -> None:
        """Forget what was printed, and what was wrong with it."""
        self.problems, self.merged = [], []

    def _print(self, value: object) -> object:
        """Text and counts only, escaped as markup has them, in texts as in attributes."""
        if not isinstance(value, str | int):
            self.problems.append(_forbidden(type(value).__name__))
            return ""
        said, written = _as_markup(str(value))
        self.merged.append(said)
        return written


@lru_cache(1 << 12)
def _as_markup(value: str) -> tuple[str, str]:
    """A text as it is printed, and how markup has that."""
    said = composed(value).replace("\r\n", "\n").replace("\r", "\n")
    return said, escape(said, _QUOTE)


class _Direct(NodeTransformer):
    """Fields of rows are looked up as what they are, entries, and not first as attributes."""

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:
        """The entry of a row; what Jinja says of a loop is an attribute."""
        if isinstance(node.node, nodes.Name) and node.node.name == "loop":
            return node
        return nodes.Getitem(node.node, nodes.Const(node.attr), node.ctx, lineno=node.lineno)


def _verbatim(source: str) -> nodes.Template:
    return nodes.Template([nodes.Output([nodes.TemplateData(source, lineno=1)], lineno=1)], lineno=1)


def _is_deeper(node: nodes.Node, levels: int) -> bool:
    """Whether conditions, loops or expressions are nested further than these levels."""
    return levels < 0 or any(_is_deeper(child, levels - 1) for child in node.iter_child_nodes())


def _forbidden(what: str) -> Problem:
    return Problem("letter_forbidden", fields={"what": what, "filters": [*_FILTERS]})


class _Audit:
    """An allow-list walk: known fields, listed filters and tests, no calls, loops over lists, two deep."""

    def __init__(self, known: LetterFields) -> None:
        self._lists = {
            name: tuple(rows[0]) if rows else () for name, rows in known.items() if not isinstance(rows, str)
        }
        self._texts: _Scope = dict.fromkeys(known)

    def faults(self, tree: nodes.Template) -> Iterator[Problem]:
        """Everything in the template that a letter must not use."""
        for node in tree.body:
            yield from self._node(node, self._texts, 0)

    def _node(self, node: nodes.Node, scope: _Scope, depth: int) -> Iterator[Problem]:
        if isinstance(node, nodes.For):
            yield from self._loop(node, scope, depth)
        elif isinstance(node, nodes.Name):
            yield from _unknown(node.name, node.name, scope)
        elif isinstance(node, nodes.Getattr):
            yield from self._attribute(node, scope)
        elif isinstance(node, nodes.Filter | nodes.Test):
            listed = _FILTERS if isinstance(node, nodes.Filter) else _TESTS
            if node.name not in listed:
                yield _forbidden(node.name)
            yield from self._children(node, scope, depth)
        elif isinstance(node, _SIMPLE):
            yield from self._children(node, scope, depth)
        else:
            yield _forbidden(type(node).__name__)

    def _children(self, node: nodes.Node, scope: _Scope, depth: int) -> Iterator[Problem]:
        for child in node.iter_child_nodes():
            yield from self._node(child, scope, depth)

    def _loop(self, loop: nodes.For, scope: _Scope, depth: int) -> Iterator[Problem]:
        rows, target = loop.iter, loop.target
        if depth == _DEEPEST or loop.recursive or not isinstance(target, nodes.Name):
            yield _forbidden("for")
        elif not isinstance(rows, nodes.Name) or rows.name not in self._lists:
            name = rows.name if isinstance(rows, nodes.Name) else "for"
            yield from _unknown(name, name, self._lists)
        else:
            inner = {**scope, target.name: self._lists[rows.name], "loop": _LOOP}
            for child in (*loop.body, *loop.else_, *([loop.test] if loop.test else [])):
                yield from self._node(child, inner, depth + 1)

    @staticmethod
    def _attribute(node: nodes.Getattr, scope: _Scope) -> Iterator[Problem]:
        if not isinstance(node.node, nodes.Name):
            yield _forbidden(node.attr)
        elif node.node.name not in scope:
            yield from _unknown(node.node.name, f"{node.node.name}.{node.attr}", scope)
        else:
            row = node.node.name
            known = {f"{row}.{name}": None for name in scope[row] or ()}
            yield from _unknown(f"{row}.{node.attr}", f"{row}.{node.attr}", known or scope)


def _unknown(name: str, shown: str, known: Mapping[str, object]) -> Iterator[Problem]:
    if name not in known:
        near = get_close_matches(name, known, 3, 0.5) or sorted(known)[:3]
        yield Problem("letter_field_unknown", fields={"field": shown, "near": near})
