"""Closing the negotiation: every line agreed, every objection answered, every seal intact."""

from __future__ import annotations

from dataclasses import dataclass

from ..ledger import Event
from ..problems import DataProblems, Problem
from .check import damage
from .desk import Desk
from .stock import Stock, take_stock


@dataclass(frozen=True)
class ConfirmReport:
    """What everybody agreed on."""

    regions: int
    hq_target: float
    suggested_total: float
    agreed_total: float


def confirm(desk: Desk) -> ConfirmReport:
    """Confirm all regions at once; raise DataProblems with everything that stands in the way."""
    stock = take_stock(desk)
    if problems := _obstacles(stock):
        raise DataProblems(problems)
    plan = stock.plan
    agreed = {
        line: stock.table(plan.region(line.region)).number(line.code, "agreed") or 0.0 for line in plan.lines
    }
    open_regions = [region for region in plan.regions if stock.table(region).state != "confirmed"]
    stock.settle(
        [
            *(
                Event("confirm", region.code, None, "state", "decided", "confirmed")
                for region in open_regions
            ),
            Event("confirm", None, None, "agreed_total", None, sum(agreed.values())),
        ]
    )
    return ConfirmReport(
        regions=len(plan.regions),
        hq_target=plan.hq_target,
        suggested_total=float(stock.standing.baseline.suggested.sum()),
        agreed_total=sum(agreed.values()),
    )


def _obstacles(stock: Stock) -> list[Problem]:
    problems: list[Problem] = []
    for region in stock.plan.regions:
        side = stock.table(region)
        if side.state not in ("decided", "confirmed"):
            problems.append(Problem(f"not_agreed_{side.state}", region.name, {"round": side.round}))
        problems += damage(stock, region)
        problems += (
            Problem("objection_open", f"{region.name} / {line.name}", {"hrbp": region.hrbp.name})
            for line in side.lines
            if side.of(line.code, "objection") == "open"
        )
    if not problems and all(stock.table(region).state == "confirmed" for region in stock.plan.regions):
        problems.append(Problem("all_confirmed"))
    return problems
