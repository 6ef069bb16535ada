"""Which tests need other programs, explore, mind versions, are measured: told by what they are about."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from tests.support.source import ROOT

TALKERS = {
    "browser",
    "calc",
    "judge",
    "live",
    "macros",
    "node",
    "office",
    "postgres",
    "resave",
    "screen",
    "validator",
}
"""Modules of `tests.support` that start LibreOffice, PostgreSQL, Node, Chromium or a screen."""
_NOTHING_NEW = {
    *("actions_recalibrate", "bench", "calibration_states", "goldens", "letters_archival", "letters_random"),
    *("pages_browser", "start", "support_vbalint", "support_xllint", "whole_case", "whole_concurrency"),
    *("whole_crash", "whole_metrics", "whole_negotiation", "whole_panel", "whole_workbook"),
    *("workbook_author", "workbook_content", "workbook_formulas", "workbook_reading", "workbook_tab"),
    *("workbook_widths", "workbook_words"),
}
"""Files of tests, without `test_`, that take seconds and reach what others reach: each file was measured for
itself, and these can all be left out together; two branches are lost by it."""


def needs_programs(file: Path) -> bool:
    """Whether a module of tests talks to another program, itself or by what it imports."""
    return not TALKERS.isdisjoint(_leant_on(file))


def needs_postgresql(file: Path) -> bool:
    """Whether it talks to PostgreSQL, and to nothing else."""
    return TALKERS & _leant_on(file) == {"postgres"}


def forks(file: Path) -> bool:
    """Whether it forks and kills processes as only Unix can."""
    return "mortal" in _leant_on(file)


def explores_more(file: Path) -> bool:
    """Whether it tries more where all is explored."""
    return "exploring" in _leant_on(file)


def minds_versions(file: Path) -> bool:
    """Whether it may come out otherwise with other versions of libraries.

    What actions do with rooms that call libraries is left to the case and to `test_cli_commands`, which plays
    every command; what our sources say depends on no library.
    """
    about = file.stem.split("_")[1]
    return about not in ("actions", "bench", "whole") and "source" not in _leant_on(file)


def reaches_nothing_new(file: Path) -> bool:
    """Whether the lines and branches that a file of tests reaches are reached by others, too."""
    return file.stem.removeprefix("test_") in _NOTHING_NEW


@cache
def _leant_on(file: Path) -> frozenset[str]:
    """The modules of `tests.support` that a file imports, itself or by what it imports."""
    own = [name for name in _imported(file) if name.startswith("tests.support.") and _file(name).is_file()]
    names = {name.removeprefix("tests.support.") for name in own}
    return frozenset(names.union(*(_leant_on(_file(name)) for name in own)))


def _imported(file: Path) -> list[str]:
    """The modules that a file imports, wherever in it."""
    nodes = list(ast.walk(ast.parse(file.read_text("utf-8"))))
    found = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            found += [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
    return found


def _file(name: str) -> Path:
    return ROOT.joinpath(*name.split(".")).with_suffix(".py")
