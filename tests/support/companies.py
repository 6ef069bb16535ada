"""Companies and their plan folders: counts, complaints, delivery days, satisfaction, revenue in yuan."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from targetcal_xl.calibration import Floats, Plan


@dataclass(frozen=True)
class Company:
    """What a company targets: its metric, how large its lines are, and its regions with how many lines."""

    code: str
    name: str
    unit: str
    kind: str
    direction: int
    step: float
    level: float
    hq_target: float
    regions: tuple[tuple[str, int], ...]
    groups: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """Codes of all lines."""
        return tuple(f"{region}-{k}" for region, count in self.regions for k in range(1, count + 1))

    @property
    def levels(self) -> Floats:
        """How large every line usually is."""
        spread = np.linspace(0.8, 1.3, len(self.lines))
        return 1 - (1 - self.level) * spread if self.kind == "ratio" else self.level * spread


_TWO = (("N", 2), ("S", 2))
COUNTS = Company(
    *("counts", "新签客户数", "家", "sum", 1, 1.0, 80.0, 2400.0),
    (("HB", 5), ("HD", 6), ("HN", 5), ("HZ", 4), ("XB", 4), ("XN", 4)),
    ("北方", "南方"),
)
DAYS = Company("days", "Order-to-delivery time", "days", "mean", -1, 0.5, 21.0, 21.0, _TWO)
SHARES = Company("csat", "客户满意率", "", "ratio", 1, 0.001, 0.93, 0.93, _TWO)
REVENUE = Company("gmv", "大促 GMV", "元", "sum", 1, 10_000.0, 9e8, 3.6e9, _TWO)
COMPLAINTS = Company("complaints", "客户投诉件数", "件", "sum", -1, 1.0, 60.0, 240.0, _TWO)
COMPANIES = (COUNTS, COMPLAINTS, DAYS, SHARES, REVENUE)

_PERIODS = [f"{2024 + k // 4}Q{k % 4 + 1}" for k in range(1, 11)]
_MISSING = "2025Q3"
"""A quarter that nobody kept, of the company that counts."""


def plan_folder(company: Company, folder: Path) -> Path:
    """The company's plan folder for the fourth quarter of 2026."""
    folder.mkdir(parents=True)
    (folder / "plan.toml").write_text(_plan(company), "utf-8")
    random = np.random.default_rng(9)
    rows = [
        f"{line},{period},{min(level * random.normal(1, 0.01), 1 if company.kind == 'ratio' else 1e15):.6g}"
        for line, level in zip(company.lines, company.levels, strict=True)
        for period in _PERIODS
        if not (company.groups and period == _MISSING)
    ]
    (folder / "history.csv").write_text("\n".join(["line,period,value", *rows]) + "\n", "utf-8")
    readings = [f"{line},orders,640,{600 + 7 * k}" for k, line in enumerate(company.lines)]
    (folder / "drivers.csv").write_text("\n".join(["line,indicator,reference,now", *readings]), "utf-8")
    return folder


def _plan(company: Company) -> str:
    lines = "\n".join(
        f'  {{ code = "{code}", name = "分组 {code}", region = "{code[:-2]}", volume = {100 + 40 * k} }},'
        for k, code in enumerate(company.lines)
    )
    return (
        f'code = "{company.code}-2026Q4"\ncompany = "自测公司"\nperiod = "2026Q4"\n'
        f"hq_target = {company.hq_target!r}\nmilestones = [2026-12-31]\nlines = [\n{lines}\n]\n"
        f'[metric]\ncode = "{company.code}"\nname = "{company.name}"\ndefinition = "以台账为准。"\n'
        f'unit = "{company.unit}"\ndirection = {company.direction}\nkind = "{company.kind}"\n'
        f"step = {company.step!r}\n" + "".join(map(_group, company.groups)) + _regions(company) + _DRIVER
    )


_DRIVER = (
    '[[drivers]]\ncode = "load"\nname = "在手订单"\nweight = 0.2\ndirection = "raises"\n'
    'indicators = [{ code = "orders", name = "订单", share = 1.0 }]\n'
)


def _group(name: str) -> str:
    return f'[[groups]]\ncode = "{name}"\nname = "{name}"\nhigh = 9000\n'


def _regions(company: Company) -> str:
    said = []
    for k, (code, _) in enumerate(company.regions):
        group = f'group = "{company.groups[k % 2]}"\n' if company.groups else ""
        people = "\n".join(f'{role} = {{ name = "{role}{code}" }}' for role in ("head", "superior", "hrbp"))
        said.append(f'[[regions]]\ncode = "{code}"\nname = "大区 {code}"\n{group}{people}\n')
    return "".join(said)


def results_file(plan: Plan, agreed: Floats, folder: Path) -> Path:
    """Daily results a little worse than what was agreed, with what each day rests on."""
    days = [day for day in plan.period.days if day.weekday() < 5]
    share = 1 / len(days) if plan.metric.adds_up else 1.0
    worse = 1 - 0.02 * plan.metric.direction
    rows = [
        f"{day},{line.code},{float(target) * share * worse!r},{line.volume:g}"
        for line, target in zip(plan.lines, agreed.tolist(), strict=True)
        for day in days
    ]
    path = folder / "results.csv"
    path.write_text("\n".join(["date,line,value,volume", *rows]) + "\n", "utf-8")
    return path


def survey_file(plan: Plan, folder: Path) -> Path:
    """Six answers of every region."""
    rows = [f"{region.code},{score}" for region in plan.regions for score in (5, 4, 4, 5, 3, 4)]
    path = folder / "survey.csv"
    path.write_text("\n".join(["region,score", *rows]) + "\n", "utf-8")
    return path


FIRST_LOOK, LAST_LOOK = dt.date(2026, 11, 20), dt.date(2026, 12, 31)
