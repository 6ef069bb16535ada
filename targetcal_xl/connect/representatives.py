"""Who carries a line's target: tables of representatives, as HR has them."""

from __future__ import annotations

import logging
import re
from importlib.resources.abc import Traversable

import numpy as np

from ..calibration import Plan, Representative
from ..log import step
from .tables import TableFile, read_table

_LOG = logging.getLogger(__name__)

_EMPLOYEE = re.compile(r"[^\W_][\w.-]{0,39}")
"""What a number of an employee looks like: it becomes a part of names of files."""


@step(_LOG, "read representatives")
def read_representatives(source: Traversable, plan: Plan) -> tuple[Representative, ...]:
    """Read columns employee, name, line, target from .csv or .xlsx; raise DataProblems with every fault."""
    table = read_table(source, ("employee", "name", "line", "target"))
    lines = table.codes("line", {line.code: line.name for line in plan.lines})
    targets = table.numbers("target", 0.0, unknown=())
    off = np.abs(plan.metric.to_step(targets) - targets) > plan.metric.step * 1e-6
    table.report_where("csv_off_step", off & ~np.isnan(targets), "target", step=plan.metric.step)
    _check_people(table)
    table.unique(("employee",))
    table.done()
    said = zip(table.cells["employee"], table.cells["name"], lines, targets.tolist(), strict=True)
    return tuple(Representative(number, name, plan.lines[at].code, to) for number, name, at, to in said)


def _check_people(table: TableFile) -> None:
    """Numbers that are none, and people without a name."""
    numbers, names = table.cells["employee"], table.cells["name"]
    odd = ~numbers.map(lambda said: bool(_EMPLOYEE.fullmatch(said))).to_numpy(dtype=bool)
    table.report_where("csv_employee", odd, "employee")
    table.report_where("csv_empty", (names == "").to_numpy(dtype=bool), "name")
