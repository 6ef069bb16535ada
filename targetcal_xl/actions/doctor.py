"""What this computer has, and whether a letter template can be used."""

from __future__ import annotations

import platform
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from ..language import text
from ..letters import LetterTemplate, font_files
from ..problems import Problem, Refused

PARTS = ("XlsxWriter", "docxtpl", "typst", "SQLAlchemy", "numpy")


@dataclass(frozen=True)
class DoctorReport:
    """What was found in order, and what was not."""

    findings: tuple[str, ...]
    problems: tuple[Problem, ...]


def doctor(template: Path | None, language: str) -> DoctorReport:
    """Look at a letter template, or else at this computer."""
    return _template(template, language) if template else _computer(language)


def _template(path: Path, language: str) -> DoctorReport:
    if not path.is_file():
        raise Refused([Problem("file_missing", str(path))])
    problems = tuple(LetterTemplate(path.read_bytes()).problems())
    good = () if problems else (text("actions.doctor.template", language, name=path.name),)
    return DoctorReport(good, problems)


def _computer(language: str) -> DoctorReport:
    office = shutil.which("soffice")
    found = [
        text("actions.doctor.python", language, version=platform.python_version(), system=platform.system()),
        text("actions.doctor.parts", language, parts=", ".join(f"{part} {version(part)}" for part in PARTS)),
        text("actions.doctor.fonts", language, fonts=", ".join(sorted(file.name for file in font_files()))),
        text(f"actions.doctor.{'office' if office else 'no_office'}", language),
    ]
    return DoctorReport(tuple(found), ())
