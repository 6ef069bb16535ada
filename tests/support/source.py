"""Our own source, parsed: what the tests of the house and of its language look through."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package by its dotted name; a package goes by its own."""
    paths = sorted(ROOT.glob("targetcal_xl/**/*.py"))
    return {_dotted(path): ast.parse(path.read_text("utf-8"), path.name) for path in paths}


@cache
def imports(module: str) -> frozenset[str]:
    """The dotted names of all modules that a module imports, wherever in it, relative ones resolved."""
    found: set[str] = set()
    for node in ast.walk(modules()[module]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= _imported(node, module)
    return frozenset(found)


@cache
def entered(module: str) -> frozenset[str]:
    """The dotted names that stand after `from` in a module: the doors that it goes through."""
    nodes = (node for node in ast.walk(modules()[module]) if isinstance(node, ast.ImportFrom))
    return frozenset(_base(node, module) for node in nodes)


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
