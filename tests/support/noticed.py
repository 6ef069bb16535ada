"""A plan whose people are told of what is due: deadlines, addresses, a robot and a digest."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from targetcal_xl.actions.outbox import OutboxReport, outbox
from targetcal_xl.actions.remind import remind
from targetcal_xl.calibration import Inputs, Notices, Person, Robot
from targetcal_xl.calibration.vocabulary import RobotKind
from tests.support import desks
from tests.support.desks import Case

FIRST = dt.date(2025, 1, 8)
HEADS = ("head1@example.com", "head2@example.com")


def told_inputs(robot: RobotKind | None = None, mail: bool = True) -> Inputs:
    """The small case with two deadlines; the heads hear by mail, by a robot, or both."""
    inputs = desks.case_inputs()
    plan = inputs.plan
    regions = tuple(
        replace(
            region,
            head=Person(region.head.name, HEADS[number] if mail else "", "R1" if robot else ""),
            superior=Person(region.superior.name, f"superior{number + 1}@example.com"),
            hrbp=Person(region.hrbp.name, f"hrbp{number + 1}@example.com"),
        )
        for number, region in enumerate(plan.regions)
    )
    plan = replace(
        plan,
        regions=regions,
        deadlines=(FIRST, FIRST + dt.timedelta(days=10)),
        robots=(Robot("R1", robot),) if robot else (),
        notices=Notices(digest=(Person("林静", "finance@example.com"),)),
    )
    return replace(inputs, plan=plan)


def noticed(folder: Path, inputs: Inputs | None = None) -> Case:
    """A new plan, on its first day, two days before its deadline."""
    case = Case(folder, inputs or told_inputs())
    folder.mkdir(parents=True, exist_ok=True)
    desks.begin(case)
    return case


def again(case: Case, folder: Path) -> Case:
    """The same plan in another folder, at the same time."""
    shutil.copytree(case.folder, folder, dirs_exist_ok=True)
    copy = Case(folder, case.inputs)
    copy.clock.now = case.clock.now
    return copy


def act(case: Case, action: Callable[..., OutboxReport], **more: object) -> OutboxReport:
    """Run `remind` or `outbox`; whoever waits lets the clock go on."""

    def sleep(seconds: float) -> None:
        case.clock.advance(seconds=seconds)

    waits = not (more.get("dry_run") or more.get("listed"))
    said: dict[str, Any] = {**more, "sleep": sleep} if waits else more
    return case.run(action, **said)


def told(case: Case, **more: object) -> OutboxReport:
    """Tell people what is due."""
    return act(case, remind, **more)


def sent(case: Case, **more: object) -> OutboxReport:
    """Send what waits."""
    return act(case, outbox, **more)


def states(report: OutboxReport) -> dict[str, list[str]]:
    """What each kind of message came to."""
    found: dict[str, list[str]] = {}
    for row in report.messages:
        found.setdefault(row.kind, []).append(row.state)
    return found
