"""Packages of somebody else's, under names that Python might look for, which leave a trace when they run."""

from __future__ import annotations

from pathlib import Path

_NAMES = (
    "targetcal_xl",
    "numpy",
    "xlwings",
    "json",
    "encodings",
    "pythoncom",
    "subprocess",
    "unohelper",
    "site",
)
_TRACE = "ran"


def plant(folder: Path) -> Path:
    """Put them into a folder; returns it."""
    for name in _NAMES:
        package = folder / name
        package.mkdir()
        (package / "__init__.py").write_text(
            f"open({str(folder / _TRACE)!r}, 'a').write({name!r})\nraise SystemExit(3)\n", "utf-8"
        )
    return folder


def has_run(folder: Path) -> bool:
    """Whether any of them has run."""
    return (folder / _TRACE).exists()
