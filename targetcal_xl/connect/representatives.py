"""Who carries a line's target: tables of representatives, as HR has them."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from importlib.resources.abc import Traversable

import numpy as np

from ..calibration import Plan, Representative
from ..calibration.plan import MAIL, ODD_IN_MAIL
from ..log import step
from .table_file import TableFile
from .tables import read_table

_LOG = logging.getLogger(__name__)

_EMPLOYEE = re.compile(r"[^\W_][\w.-]{0,39}")
"""What a number of an employee looks like: it becomes a part of names of files."""


@step(_LOG, "read representatives")
def read_representatives(
    source: Traversable, plan: Plan, known: Iterable[str] = ()
) -> tuple[Representative, ...]:
    """Read columns employee, name, line, target and, if there is one, mail from .csv or .xlsx.

    `known` are the numbers that letters were issued to. Raise DataProblems with every fault.
    """
    table = read_table(source, ("employee", "name", "line", "target"), ("mail",))
    lines = table.codes("line", {line.code: line.name for line in plan.lines})
    targets = table.numbers("target", 0.0, unknown=(), unit=plan.metric.unit)
    off = np.abs(plan.metric.to_step(targets) - targets) > plan.metric.step * 1e-6
    table.report_where("csv_off_step", off & ~np.isnan(targets), "target", step=plan.metric.step)
    _check_people(table)
    table.unique(("employee",))
    _check_alike(table, known)
    table.done()
    words = (table.cells[column] for column in ("employee", "name", "mail"))
    said = zip(*words, lines, targets.tolist(), strict=True)
    return tuple(
        Representative(number, name, plan.lines[at].code, to, mail) for number, name, mail, at, to in said
    )


def _check_people(table: TableFile) -> None:
    """Numbers that are none, people without a name, and addresses that no mail can be sent to."""
    numbers, names, mails = (table.cells[column] for column in ("employee", "name", "mail"))
    odd = ~numbers.map(lambda said: bool(_EMPLOYEE.fullmatch(said))).to_numpy(dtype=bool)
    table.report_where("csv_employee", odd, "employee")
    table.report_where("csv_empty", (names == "").to_numpy(dtype=bool), "name")
    wrong = mails.map(lambda said: bool(said) and not _is_mail(said)).to_numpy(dtype=bool)
    table.report_where("plan_mail_odd", wrong, "mail")


def _is_mail(said: str) -> bool:
    return bool(re.fullmatch(MAIL, said)) and not re.search(ODD_IN_MAIL, said)


def _check_alike(table: TableFile, known: Iterable[str]) -> None:
    """Numbers that differ by case alone: their files would want one name where systems do not mind case."""
    first, issued = dict[str, tuple[int, str]](), {number.casefold(): number for number in known}
    for row, number in table.cells["employee"].items():
        where, said = first.setdefault(number.casefold(), (int(str(row)), number))
        if (before := issued.get(number.casefold(), number)) != number:
            table.report("csv_employee_known", int(str(row)), "employee", value=number, other=before)
        elif said != number:
            table.report(
                "csv_employee_case", int(str(row)), "employee", value=number, other=said, first=where
            )
