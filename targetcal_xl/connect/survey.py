"""Survey answers, which must not say whose they are."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from itertools import chain
from typing import Final

import numpy as np

from ..calibration import Plan
from ..calibration.agreement import HIGHEST_SCORE, LOWEST_SCORE
from ..calibration.vocabulary import COMMITMENT_ITEMS, SURVEY_ROLES
from ..language import LANGUAGES, text
from ..log import step
from ..problems import DataProblems, Problem
from .table_file import TableFile
from .tables import read_table

_LOG = logging.getLogger(__name__)

SURVEY_COLUMNS: Final = ("region", "role", "score", *COMMITMENT_ITEMS)
"""What a questionnaire asks for, in order; the scale's items only where it is asked."""
_ENDINGS: Final = (".csv", ".xlsx", ".xlsm")


@dataclass(frozen=True)
class Responses:
    """Anonymous answers: of each the region code, the score (1 to 5), and where asked for role and scale."""

    groups: tuple[str, ...]
    scores: tuple[float, ...]
    roles: tuple[str, ...] = ()
    items: tuple[tuple[float, ...], ...] = ()


def survey_words(column: str, language: str) -> str:
    """What a questionnaire says of a column: a question, or what to choose."""
    return text(f"connect.question.{column}", language)


def role_words(role: str, language: str) -> str:
    """What people of a role are called."""
    return text(f"connect.role.{role}", language)


@step(_LOG, "read survey answers")
def read_responses(source: Traversable, plan: Plan) -> Responses:
    """Read columns region, score, and where asked role and scale, from .csv or .xlsx, or a folder of these.

    A note is not kept, nor are names of files, or who saved them. Raise DataProblems with every fault; any
    other column could tell who answered and is refused by name.
    """
    if not source.is_dir():
        return _joined([_read(source, plan)])
    files = sorted((one for one in source.iterdir() if _is_answer(one.name)), key=lambda one: one.name)
    found, problems = list[_Answers](), list[Problem]()
    for file in files:
        try:
            found.append(_read(file, plan))
        except DataProblems as fault:
            problems += fault.problems
    if problems or not files:
        raise DataProblems(problems or [Problem("survey_no_files", source.name)])
    return _joined(found)


def _is_answer(name: str) -> bool:
    return name.lower().endswith(_ENDINGS) and not name.startswith((".", "~$"))


@dataclass(frozen=True)
class _Answers:
    """The answers of one file."""

    file: str
    responses: Responses


def _read(source: Traversable, plan: Plan) -> _Answers:
    table = read_table(source, ("region", "score"), ("role", *COMMITMENT_ITEMS, "note"))
    for title in table.others:
        table.report("csv_personal_column", 1, title)
    regions = _codes(table, "region", {region.code: region.name for region in plan.regions})
    roles = _codes(table, "role", {role: role for role in SURVEY_ROLES}) if _is_said(table, "role") else ()
    score = _scores(table, "score")
    asked = [column for column in COMMITMENT_ITEMS if _is_said(table, column)]
    items = [_scores(table, column) for column in (COMMITMENT_ITEMS if asked else ())]
    table.done()
    rows = zip(*(column.tolist() for column in items), strict=True)
    return _Answers(table.file, Responses(regions, tuple(score.tolist()), roles, tuple(rows)))


def _is_said(table: TableFile, column: str) -> bool:
    return bool((table.cells[column] != "").any())


def _scores(table: TableFile, column: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    found = table.numbers(column, LOWEST_SCORE, HIGHEST_SCORE, unknown=())
    table.report_where("csv_not_whole", found > np.floor(found), column)
    return found


def _codes(table: TableFile, column: str, known: Mapping[str, str]) -> tuple[str, ...]:
    """Codes, or what they are called where that is one of them only."""
    called = dict(_named(column, known))
    coded = [called.get(said, said) for said in table.cells[column]]
    places = table.saying(column, coded).codes(column, known)
    return tuple([*known][place] for place in places)


def _named(column: str, known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if column == "role":
        yield from ((role_words(code, language), code) for code in known for language in LANGUAGES)
        return
    names = [*known.values()]
    yield from ((name, code) for code, name in known.items() if names.count(name) == 1 and name not in known)


def _joined(found: Iterable[_Answers]) -> Responses:
    """All answers together; raise DataProblems where some files say what others do not."""
    parts = [one for one in found if one.responses.scores]
    problems = [
        Problem("survey_mixed", one.file)
        for one in parts[1:]
        if [bool(one.responses.roles), bool(one.responses.items)]
        != [bool(parts[0].responses.roles), bool(parts[0].responses.items)]
    ]
    if problems:
        raise DataProblems(problems)
    columns = ("groups", "scores", "roles", "items")
    return Responses(
        *(tuple(chain(*(getattr(one.responses, column) for one in parts))) for column in columns)
    )
