"""Our own source, parsed: what the tests of the house and of its language look through."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package by its dotted name; a package goes by its own."""
    paths = sorted(ROOT.glob("targetcal_xl/**/*.py"))
    return {_dotted(path): ast.parse(path.read_text("utf-8"), path.name) for path in paths}


@cache
def nodes(module: str) -> tuple[ast.AST, ...]:
    """Everything in a module, walked once."""
    return tuple(ast.walk(modules()[module]))


@cache
def imports(module: str) -> frozenset[str]:
    """The dotted names of all modules that a module imports, wherever in it, relative ones resolved."""
    found: set[str] = set()
    for node in nodes(module):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= _imported(node, module)
    return frozenset(found)


def offered_functions(module: ast.Module) -> Iterator[ast.FunctionDef]:
    """The public functions of a module, and the public methods of its public classes."""
    for node in module.body:
        members = node.body if isinstance(node, ast.ClassDef) and _is_public(node) else [node]
        yield from (one for one in members if isinstance(one, ast.FunctionDef) and _is_public(one))


def _is_public(node: ast.ClassDef | ast.FunctionDef) -> bool:
    return not node.name.startswith("_")


def raised(function: ast.FunctionDef) -> set[str]:
    """The exceptions that a function itself raises and lets out."""
    return {name for node in function.body for name in _let_out(node)}


def _let_out(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Raise) and node.exc is not None:
        kind = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        name = kind.attr if isinstance(kind, ast.Attribute) else getattr(kind, "id", "")
        yield from [name] if name[:1].isupper() else []
    inside = [*ast.iter_child_nodes(node)]
    if isinstance(node, ast.Try) and node.handlers:  # what is raised in there is for those below
        inside = [*node.handlers, *node.orelse, *node.finalbody]
    if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda):
        yield from (name for one in inside for name in _let_out(one))


@cache
def entered(module: str) -> frozenset[str]:
    """The dotted names that stand after `from` in a module: the doors that it goes through."""
    return frozenset(_base(node, module) for node in nodes(module) if isinstance(node, ast.ImportFrom))


def _base(node: ast.ImportFrom, module: str) -> str:
    base = node.module or ""
    if not node.level:
        return base
    is_package = (ROOT / module.replace(".", "/")).is_dir()
    parents = module.split(".")
    home = parents[: len(parents) - node.level + is_package]
    return ".".join([*home, base]).rstrip(".")


def _imported(node: ast.ImportFrom, module: str) -> set[str]:
    base = _base(node, module)
    return {base} | {name for a in node.names if (name := f"{base}.{a.name}") in modules()}


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
