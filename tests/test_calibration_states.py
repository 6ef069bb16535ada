"""Where a region is, what may happen there and who may do it: one table, kept by every action."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.actions import (
    check,
    confirm,
    decide,
    handle_objection,
    lock,
    unlock,
    withdraw,
)
from targetcal_xl.calibration.negotiation import may_act
from targetcal_xl.calibration.plan import Person, Region
from targetcal_xl.calibration.states import MACHINE, allows, stage_of
from targetcal_xl.calibration.vocabulary import Role, Stage, State
from tests.support import desks
from tests.support.desks import Case

_ROOT = Path(__file__).parent.parent
_PEOPLE = {role: Person(f"{role} one", f"{role}@example.com") for role in Role}
_REGION = Region(
    "R1",
    "R1",
    head=_PEOPLE[Role.HEAD],
    superior=_PEOPLE[Role.SUPERIOR],
    hrbp=_PEOPLE[Role.HRBP],
    deputy=_PEOPLE[Role.DEPUTY],
)


def test_the_document_says_what_the_table_says() -> None:
    page = (_ROOT / "docs" / "design.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", page, re.MULTILINE)
    told = [tuple(re.split(", ", cell) for cell in row) for row in rows]
    meant = [([one.move], [*one.actors], [*one.before], [*one.after]) for one in MACHINE]
    assert told == meant


def test_every_state_is_reached_and_left() -> None:
    reached, before = {Stage.DRAFT}, set[Stage]()
    while reached != before:
        before = set(reached)
        reached |= {to for one in MACHINE if reached & {*one.before} for to in one.after}
    assert reached | {Stage.CHANGED} == set(Stage)
    assert {stage for one in MACHINE for stage in one.before} == set(Stage)


@given(st.sampled_from(State), *[st.booleans()] * 4)
def test_of_a_recorded_state_every_combination_is_one_stage(
    state: State, objects: bool, decided: bool, returned: bool, changed: bool
) -> None:
    stage = stage_of(state, objects=objects, decided=decided, returned=returned, changed=changed)
    assert allows(stage, "lock") == (state == State.OPEN)
    assert allows(stage, "decide") == (state == State.LOCKED)
    assert allows(stage, "change") == (state == State.CONFIRMED)
    assert allows(stage, "unlock") == (state != State.OPEN)
    assert allows(stage, "withdraw") == (stage in (Stage.SUBMITTED, Stage.OBJECTED))


@pytest.mark.parametrize(("move", "role"), [*product([one.move for one in MACHINE], Role)])
def test_only_those_act_whom_the_table_names(move: str, role: Role) -> None:
    [rule] = [one for one in MACHINE if one.move == move]
    expected = "finance" in rule.actors or role in rule.actors
    for said in (_PEOPLE[role].name, _PEOPLE[role].mail.upper(), f" {_PEOPLE[role].name} "):
        assert (may_act(rule.move, said, _REGION, "head one") is None) == expected


def test_nobody_answers_or_decides_on_what_they_declared() -> None:
    one = Person("one")
    region = Region("R1", "R1", head=one, superior=one, hrbp=one)
    assert may_act("decide", "one", region, "head") == "actor_is_head"
    assert may_act("answer", "one", region, "head") == "answer_is_own"
    other = Region("R1", "R1", head=Person("two"), superior=one, hrbp=one)
    assert may_act("decide", "one", other, "one") == "actor_is_submitter"
    assert may_act("answer", "one", other, "one") == "answer_is_own"
    assert may_act("answer", "one", other, "two") is None


def _stages(case: Case) -> tuple[Stage, ...]:
    return tuple(one.stage for one in case.run(check).regions)


def test_actions_lead_where_the_table_says(tmp_path: Path) -> None:
    case, seen = desks.submitted(tmp_path), list[tuple[str, Stage, Stage]]()

    def act(move: str, *said: object, **more: object) -> None:
        before = _stages(case)
        verbs = {"lock": lock, "withdraw": withdraw, "decide": decide, "unlock": unlock, "confirm": confirm}
        case.run({**verbs, "answer": handle_objection}[move], *said, **more)  # type: ignore[arg-type]
        seen.extend((move, *pair) for pair in zip(before, _stages(case), strict=True) if pair[0] != pair[1])

    why = {"reason": "依据充分"}
    act("lock")
    act("withdraw", "R2", "漏报了一个客户", by="head2")
    case.type({("R2", None, "status"): "submitted"})
    act("lock")
    act("answer", "R2", "R2-1", **desks.TALK, note="与负责人面谈，渠道缺人", by="hrbp2")
    act("decide", "R1", "R1-1", "counter", counter=90.0, by="superior1", **why)
    act("decide", "R1", "R1-2", "accept", by="superior1", **why)
    case.type({("R1", "R1-1", "agree"): "yes", ("R1", None, "status"): "submitted"})
    act("lock")
    act("decide", "R2", "R2-1", "accept", by="superior2", **why)
    for line in ("R1-1", "R1-2", "R2-1"):
        desks.decline(case, line)
    act("confirm", desks.RESERVE)
    act("unlock", "R1", "数字有误")
    assert [(move, str(one), str(two)) for move, one, two in seen] == [
        ("lock", "draft", "submitted"),
        ("lock", "draft", "objected"),
        ("withdraw", "objected", "draft"),
        ("lock", "draft", "objected"),
        ("answer", "objected", "submitted"),
        ("decide", "submitted", "decided"),
        ("decide", "decided", "returned"),
        ("lock", "returned", "accepted"),
        ("decide", "submitted", "accepted"),
        ("confirm", "accepted", "confirmed"),
        ("confirm", "accepted", "confirmed"),
        ("unlock", "confirmed", "draft"),
    ]
    rules = {one.move: one for one in MACHINE}
    assert all(one in rules[move].before and two in rules[move].after for move, one, two in seen)  # type: ignore[index]
