"""The plan folders that we ship, to look at, to learn from and to copy."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from ..language import LANGUAGES, record
from ..problems import Problem, Refused
from .plan_schema import FILE


def plan_templates() -> tuple[str, ...]:
    """Names of the shipped plan folders."""
    return tuple(sorted(folder.name for folder in _shelf().iterdir() if folder.joinpath(FILE).is_file()))


def case_names() -> tuple[str, ...]:
    """Names of the shipped plans that are told in every language, as `targetcal demo` takes them."""
    endings, names = [record(language).case for language in LANGUAGES], plan_templates()
    return tuple(name for name in names if all(f"{name}{ending}" in names for ending in endings))


def find_plan(said: str) -> Traversable:
    """The plan folder that a person means: one of theirs, else the template of that name."""
    return Path(said) if Path(said).is_dir() else plan_template(said)


def plan_template(name: str) -> Traversable:
    """The shipped plan folder of that name; raise Refused with the names there are when it is unknown."""
    if name not in plan_templates():
        fields = {"value": name, "known": plan_templates()}
        raise Refused([Problem("plan_template_unknown", fields=fields)])
    return _shelf().joinpath(name)


def _shelf() -> Traversable:
    return files("targetcal_xl.templates").joinpath("plans")
