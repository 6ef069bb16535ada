"""LibreOffice computes every formula of a workbook to the value that stands there already."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from targetcal_xl.actions import decide, lock, new, recalibrate, repair
from targetcal_xl.calibration import Inputs, Key, Line, Value, compute_baseline
from tests.support import validator
from tests.support.books import parts_of
from tests.support.desks import REASONS, Case
from tests.support.recalculated import differences
from tests.support.samples import METRIC, sample_inputs
from tests.support.xllint import lint

_REGIONS = (10, 4)
_DAYS = replace(METRIC, code="delivery_days", name="平均交付天数", unit="天", direction=-1, kind="mean")
_SHARE = replace(METRIC, code="csat", unit="", kind="ratio", step=0.001, distance="shortfall")

_JUST_SO = ("依据客户续约", "需要两名售前", "大客户推迟")
_DECLARATIONS: Sequence[tuple[float | str | None, Sequence[Value]]] = (
    (0.85, _JUST_SO),
    (0.8500001, ("无", "N/A", "……")),
    (1.0, (None, None, None)),
    (1.3, ("", "  ", "— —")),
    (None, _JUST_SO),
    ("约一百", ("todo", "NIL.", "　")),
    (0.0, (12.0, "\n", "无\n")),
    ("", ("暂 无", '=1+1 "x" & <b>', "_x0041_ 🙂𠮷")),
    (0.84, (None, "ＮＡ", "Tbd")),
    (10.0, _JUST_SO),
    (10.0, ("再次核对，确认无误", "需要两名售前", None)),
    (0.3, ("Checked twice; I Confirm it", "two heads", "late")),
    (0.8, _JUST_SO),
)
"""Shares of the suggestion, or words typed instead; and the three reasons."""


def _without_drivers() -> Inputs:
    inputs = sample_inputs(_REGIONS, 8)
    n = len(inputs.plan.lines)
    plan = replace(inputs.plan, drivers=(), indicators=())
    empty = inputs.readings.now[:, :0]
    assert empty.shape == (n, 0)
    return replace(inputs, plan=plan, readings=replace(inputs.readings, now=empty, reference=empty))


def _without_last_year(inputs: Inputs) -> Inputs:
    """One line lacks the figure of the same quarter last year, another has no history at all."""
    values = inputs.history.values.copy()
    values[1, -inputs.history.per_year] = np.nan
    values[4] = np.nan
    return replace(inputs, history=replace(inputs.history, values=values))


def _awkward_names() -> Inputs:
    inputs = sample_inputs(_REGIONS, 6)
    names = ('O\'Neill & <华东> "甲"', "华南 [1]: {a}/b")
    regions = tuple(replace(one, name=name) for one, name in zip(inputs.plan.regions, names, strict=True))
    lines = tuple(replace(line, name=f'={line.name} "{{1}}" &') for line in inputs.plan.lines)
    return replace(inputs, plan=replace(inputs.plan, regions=regions, lines=lines))


def _shares() -> Inputs:
    """Shares near 1, whose departures count by what they lack to it."""
    inputs = sample_inputs(_REGIONS, 12, _SHARE)
    values = 1 - inputs.history.values / np.nanmax(inputs.history.values) / 8
    history = replace(inputs.history, values=values, one_off=np.zeros_like(values))
    return replace(inputs, history=history, plan=replace(inputs.plan, hq_target=0.93))


def _shapes() -> Mapping[str, Inputs]:
    return {
        "three-lines": sample_inputs((2, 1), 5),
        "no-drivers": _without_drivers(),
        "lower-is-better-mean": _without_last_year(sample_inputs(_REGIONS, 12, _DAYS)),
        "halves": _without_last_year(sample_inputs(_REGIONS, 12, replace(METRIC, step=0.5))),
        "awkward-names": _awkward_names(),
        "shares": _shares(),
    }


def _mixed(inputs: Inputs) -> dict[Key, Value]:
    """Every kind of declaration in turn, over every line."""
    suggested = compute_baseline(inputs).suggested.tolist()
    said: dict[Key, Value] = {}
    for k, line in enumerate(inputs.plan.lines):
        target, reasons = _DECLARATIONS[k % len(_DECLARATIONS)]
        at = (line.region, line.code)
        said[*at, "declared"] = target * suggested[k] if isinstance(target, float) else target
        said |= {(*at, code): words for code, words in zip(REASONS, reasons, strict=True)}
    first, second = (region.code for region in inputs.plan.regions)
    said |= {(first, None, "status"): "submitted", (first, None, "submitter"): " "}
    said |= {(second, None, "status"): "draft", (second, None, "submitter"): "\n　"}
    return said | dict(_supports(first, inputs.plan.lines_of(first)[0]))


def _supports(region: str, line: Line) -> Iterator[tuple[Key, Value]]:
    """A whole support item, two that lack something, and two of blanks."""
    items: Mapping[str, Mapping[str, Value]] = {
        "S01": {"line": line.name, "kind": "budget", "what": "沙龙", "quantity": 2.0, "due": "2025-02-10"},
        "S02": {"kind": "leads", "what": "线索"},
        "S04": {"unit": "人"},
        "S05": {"what": " "},
        "S06": {"unit": "\n　"},
    }
    return (((region, row, code), value) for row, item in items.items() for code, value in item.items())


def _whole(inputs: Inputs) -> dict[Key, Value]:
    """Valid submissions of all regions: a line a little low, the others as suggested."""
    suggested = compute_baseline(inputs).suggested.tolist()
    said: dict[Key, Value] = dict.fromkeys(_mixed(inputs))
    for k, line in enumerate(inputs.plan.lines):
        step = inputs.plan.metric.step
        said[line.region, line.code, "declared"] = suggested[k] - (2 * step if k % 2 else 0)
        said |= {(line.region, line.code, code): words for code, words in REASONS.items()}
    for region in inputs.plan.regions:
        said[region.code, None, "status"] = "submitted"
        said[region.code, None, "submitter"] = region.head.name
    return said


def _play(case: Case, language: str) -> Iterator[str]:
    """A plan from its first day to its first decision; stop wherever its file is worth a look."""
    with case.desk(create=True) as desk:
        new(desk, case.inputs, language)
    yield "new"
    case.type(_mixed(case.inputs) | {(None, None, "objection"): 0.1})
    case.run(recalibrate)
    yield "typed"
    case.type(_whole(case.inputs))
    report = case.run(lock)
    assert len(report.locked) == len(case.inputs.plan.regions)
    for line in case.inputs.plan.lines_of("R1"):
        case.run(decide, "R1", line.code, "accept", reason="依据充分", by="superior1")
    yield "decided"


_PLAYED: Sequence[tuple[str, str, Sequence[str]]] = (
    ("three-lines", "zh-CN", ("new", "typed", "decided")),
    ("no-drivers", "en", ("typed",)),
    ("lower-is-better-mean", "zh-CN", ("typed", "decided")),
    ("halves", "en", ("typed",)),
    ("awkward-names", "zh-CN", ("typed", "decided")),
)
"""Shapes, the languages they are played in, and the stages at which their files are looked at."""


def _kept(folder: Path, house: Path, name: str, language: str, stages: Sequence[str]) -> Iterator[Path]:
    """The workbook's file at these stages; it is played no further than to the last."""
    case = Case(house, _shapes()[name])
    for stage in _play(case, language):
        if stage in stages:
            yield Path(shutil.copy(case.path, folder / f"{name}-{language}-{stage}.xlsx"))
        if stage == stages[-1]:
            return


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Path]:
    """The files of every plan that is played."""
    kept = tmp_path_factory.mktemp("kept")
    return [path for played in _PLAYED for path in _kept(kept, tmp_path_factory.mktemp("house"), *played)]


def test_libreoffice_computes_every_formula_to_the_value_that_we_cached(files: Sequence[Path]) -> None:
    assert differences(files) == []


def test_the_open_xml_sdk_finds_no_fault_before_and_after_the_lock(files: Sequence[Path]) -> None:
    assert validator.faults(*(path for path in files if not path.stem.endswith("new"))) == []


def test_nothing_would_make_excel_repair_a_file(files: Sequence[Path]) -> None:
    assert {path.name: faults for path in files if (faults := lint(path))} == {}


def test_the_same_steps_give_the_same_bytes_but_for_the_salt_of_a_password(
    files: Sequence[Path], tmp_path: Path
) -> None:
    first = {path.name: path for path in files}
    for path in _kept(tmp_path, tmp_path, *_PLAYED[0]):
        if path.stem.endswith("decided"):
            assert _unsalted(path) == _unsalted(first[path.name])
        else:
            assert path.read_bytes() == first[path.name].read_bytes()


def _unsalted(path: Path) -> dict[str, bytes]:
    salted = rb' (hashValue|saltValue)="[^"]*"'
    return {name: re.sub(salted, b"", data) for name, data in parts_of(path).items()}


def test_a_lost_workbook_is_written_again_to_the_byte(tmp_path: Path) -> None:
    case = Case(tmp_path, _shapes()["three-lines"])
    with case.desk(create=True) as desk:
        new(desk, case.inputs, "zh-CN")
    before = case.path.read_bytes()
    case.path.unlink()
    case.run(repair)
    assert case.path.read_bytes() == before
