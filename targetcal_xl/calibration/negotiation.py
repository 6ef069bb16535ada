"""Declaring, objecting, deciding: what may be said, by whom, and what it does to a region's lines."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .arrays import Floats
from .metric import Metric
from .plan import Person, Plan, Region
from .standing import Value
from .states import Actor, actors_of
from .values import LARGEST, is_multiple
from .vocabulary import (
    STANDING_OBJECTIONS,
    SUPPORT_ITEM,
    DecisionKind,
    Move,
    ObjectionState,
    Role,
    State,
)

FAR: Final = 3.0
"""How many times as large or as small a number is implausible."""
FEW_STEPS: Final = 5
"""Steps by which a number may differ from any suggestion, however many times it is."""

TOLERANCE = 1e-9


def declaration_fault(
    value: Value, is_formula: bool, metric: Metric, suggested: float | None = None, is_meant: bool = False
) -> str | None:
    """Why a value cannot be a target, None when it can.

    One of `formula`, `missing`, `text`, `not_finite`, `negative`; `not_whole`, when it is no multiple of
    the metric's step; and `implausible`, beside a suggestion, unless its reason says that it is meant.
    """
    if is_formula:
        return "formula"
    if value is None or (isinstance(value, str) and not value.strip()):
        return "missing"
    if isinstance(value, str | bool):
        return "text"
    if fault := _number_fault(value, metric):
        return fault
    is_doubtful = suggested is not None and is_implausible(value, suggested, metric)
    return "implausible" if is_doubtful and not is_meant else None


def _number_fault(value: float, metric: Metric) -> str | None:
    """Why no number of this metric can be this one."""
    if not math.isfinite(value) or value > LARGEST:
        return "not_finite"
    if value < 0:
        return "negative"
    return None if is_multiple(value, metric.step) else "not_whole"


def deviation(declared: ArrayLike, suggested: ArrayLike, metric: Metric) -> Floats:
    """How much better (negative: worse) declarations are, as a share of the reference; of any shape.

    Beside a suggestion of 0 any other declaration is infinitely better or worse.
    """
    model = np.asarray(suggested, dtype=np.float64)
    better = metric.direction * (np.asarray(declared, dtype=np.float64) - model)
    whole = metric.reference(model)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((better == 0) & (whole == 0), 0.0, better / whole)


def is_implausible(declared: float, suggested: float, metric: Metric) -> bool:
    """Whether a number is so far from the suggestion that a slip of the pen is likelier than a judgement.

    It is three times the suggestion or more, or a third of it or less; or a share that lacks three times
    as much to its whole. A few steps are never far, but for a share above it where the suggestion is not.
    """
    if metric.is_share and declared > metric.whole * (1 + TOLERANCE) and suggested <= metric.whole:
        return True
    if abs(declared - suggested) <= FEW_STEPS * metric.step * (1 + TOLERANCE):
        return False
    if declared >= FAR * suggested * (1 - TOLERANCE) or FAR * declared * (1 - TOLERANCE) <= suggested:
        return True
    return metric.distance == "shortfall" and bool(
        deviation(declared, suggested, metric) <= TOLERANCE - (FAR - 1)
    )


def is_objection(deviations: ArrayLike, threshold: float) -> NDArray[np.bool_]:
    """Whether deviations are worse than the suggestion by the threshold or more; of any shape."""
    return np.asarray(deviations, dtype=np.float64) <= TOLERANCE - threshold


def departs(declared: float, suggested: float) -> bool:
    """Whether a declaration is another number than the suggestion."""
    return not math.isclose(declared, suggested, rel_tol=TOLERANCE, abs_tol=TOLERANCE)


def needs_reasons(declared: float, suggested: float, counter: float | None = None) -> bool:
    """Whether a declaration departs, and not to the superior's own `counter`, so that it is justified."""
    return departs(declared, suggested) and (counter is None or departs(declared, counter))


def settles(declared: float, counter: float | None, direction: int) -> bool:
    """Whether a later declaration equals or betters the superior's counter, and so is agreed at once."""
    return counter is not None and direction * (declared - counter) >= -TOLERANCE * max(1.0, abs(counter))


@dataclass(frozen=True)
class Outcome:
    """What a region's decisions lead to: its state, and the lines that may be declared again."""

    state: Literal[State.OPEN, State.LOCKED, State.DECIDED]
    unlocked: tuple[str, ...] = ()


def after_decisions(decisions: Mapping[str, str | None]) -> Outcome:
    """The outcome of the decisions on a region's lines in this round, None where one is awaited.

    It stays locked until every line has a decision; then it is decided when all were accepted, or
    open for another round with the countered and returned lines unlocked.
    """
    if None in decisions.values():
        return Outcome(State.LOCKED)
    unlocked = tuple(line for line, decision in decisions.items() if decision != DecisionKind.ACCEPT)
    return Outcome(State.OPEN, unlocked) if unlocked else Outcome(State.DECIDED)


def may_decide(actor: str, region: Region, submitter: str) -> str | None:
    """Why this person may not decide on the region's declarations, None for its superior.

    One of `actor_blank`, `actor_is_head`, `actor_is_submitter`, `actor_not_superior`. People are
    known by name or mail address, whatever the case, width and spaces.
    """
    names = _names(actor, region.superior)
    if not names:
        return "actor_blank"
    if names & _names(region.head.name, region.head):
        return "actor_is_head"
    if names & _names(submitter, region.head):
        return "actor_is_submitter"
    return None if names & _names(region.superior.name, region.superior) else "actor_not_superior"


def may_answer(actor: str, region: Region, submitter: str) -> str | None:
    """Why this person may not answer the region's objections, None for its HR business partner.

    One of `answer_is_own`, `not_hrbp`: who declared what is objected to does not answer it, either.
    """
    if not is_hrbp(actor, region):
        return "not_hrbp"
    names = _names(actor, region.hrbp)
    own = _names(region.head.name, region.head) | _names(submitter, region.head)
    return "answer_is_own" if names & own else None


def may_act(move: Move, actor: str, region: Region, submitter: str) -> str | None:
    """Why this person may not do this to the region, None where they may; finance is whoever acts."""
    found = [_refused_as(role, actor, region, submitter) for role in actors_of(move)]
    return None if None in found else found[0]


def _refused_as(role: Actor, actor: str, region: Region, submitter: str) -> str | None:
    """Why this person does not act as this one of the region's people."""
    if role == Role.SUPERIOR:
        return may_decide(actor, region, submitter)
    if role == Role.HRBP:
        return may_answer(actor, region, submitter)
    return None if role == "finance" or may_submit(actor, region) else "not_head"


def is_hrbp(actor: str, region: Region) -> bool:
    """Whether this is the region's HR business partner, by name or mail address."""
    return bool(_names(actor, region.hrbp) & _names(region.hrbp.name, region.hrbp))


def may_erase(actor: str, regions: Iterable[Region]) -> bool:
    """Whether this person negotiates for no region, as head, deputy or superior: finance and HR do not."""
    known = [person for one in regions for person in (one.head, one.deputy, one.superior)]
    return bool(_plain(actor)) and not any(_names(actor, one) & _names(one.name, one) for one in known)


def is_same_person(one: str, other: str) -> bool:
    """Whether two names are one, whatever their case, width and spaces."""
    return _plain(one) == _plain(other) != ""


def approvers(plan: Plan, before: float, after: float) -> tuple[Role, ...]:
    """Who has to approve of another target: the superior, and from the objection threshold on HR too."""
    off = float(deviation(after, before, plan.metric))
    return (Role.SUPERIOR, Role.HRBP) if abs(off) >= plan.thresholds.objection else (Role.SUPERIOR,)


def may_submit(submitter: str, region: Region) -> bool:
    """Whether this is the region's head, or the deputy that the settings name, by name or mail address."""
    heads = (person for person in (region.head, region.deputy) if _plain(person.name))
    return any(_names(submitter, person) & _names(person.name, person) for person in heads)


def is_support(field: str) -> bool:
    """Whether a key with this field is about a support item."""
    return field in SUPPORT_ITEM


def objection_change(state: Value, objects: bool) -> str | None:
    """The state that an objection gets from a locked declaration; None where it stays as it is.

    An answered one stays answered, whatever is declared later.
    """
    if objects:
        return None if state in STANDING_OBJECTIONS else ObjectionState.OPEN
    return ObjectionState.LIFTED if state == ObjectionState.OPEN else None


def objection_state(recorded: Value, submitted: bool) -> str | None:
    """Where a line's objection is: one of `OBJECTIONS`, `submitted`, or None where there is none.

    `submitted` is whether the region has submitted a declaration that objects and is not locked yet.
    """
    if submitted and recorded not in STANDING_OBJECTIONS:
        return ObjectionState.SUBMITTED
    return None if recorded is None else str(recorded)


def _names(said: str, known: Person) -> frozenset[str]:
    """Every name that whoever goes by `said` has: the known person's too, when it is that person."""
    name = {_plain(said)} - {""}
    own = {_plain(known.name), _plain(known.mail)} - {""}
    return frozenset(own if name & own else name)


def _plain(name: str) -> str:
    """A name without differences of case, width, spaces and invisible characters."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in folded if not c.isspace() and unicodedata.category(c) not in ("Cf", "Cc"))


def decision_faults(
    decision: Value,
    counter: Value,
    metric: Metric,
    suggested: float | None = None,
    *,
    is_reasoned: bool,
    is_meant: bool = False,
) -> tuple[str, ...]:
    """Everything that keeps a decision from counting.

    `decision_unknown`; `reason_missing` unless it is reasoned; for a counter without a valid value
    `counter_` + the code of `declaration_fault`, which asks whether it is meant.
    """
    faults = [] if decision in tuple(DecisionKind) else ["decision_unknown"]
    if not is_reasoned:
        faults.append("reason_missing")
    if decision == DecisionKind.COUNTER and (
        fault := declaration_fault(counter, False, metric, suggested, is_meant)
    ):
        faults.append(f"counter_{fault}")
    return tuple(faults)


def gap_pct(hq_target: float, declared_total: float) -> float | None:
    """What head office wants beyond the declarations, in percent of their sum; None when that is 0."""
    return 100.0 * (hq_target - declared_total) / declared_total if declared_total else None
