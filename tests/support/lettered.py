"""Plans that are over, whose regions have their letters beside the book, and how letters live on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from targetcal_xl.actions import confirm, decide, issue_letters, lock, unlock
from targetcal_xl.calibration import Inputs, LetterCare
from targetcal_xl.desk import register_rows
from tests.support.desks import RESERVE, Case, play
from tests.support.noticed import told_inputs
from tests.support.signers import Certifier, sign_as

FIRST, SECOND = "2025Q1-new-customers-R1-V1", "2025Q1-new-customers-R2-V1"
CORRECTED = "2025Q1-new-customers-R2-V2"


def cared_inputs(care: LetterCare | None = None, mail: bool = True, numbers: bool = True) -> Inputs:
    """The small case without deadlines; its heads have numbers in the personnel archive."""
    inputs = told_inputs(mail=mail)
    regions = tuple(
        replace(one, head=replace(one.head, employee=f"E-00{k}" if numbers else ""))
        for k, one in enumerate(inputs.plan.regions, 1)
    )
    plan = replace(inputs.plan, deadlines=(), regions=regions, letters=care or LetterCare())
    return replace(inputs, plan=plan)


def lettered(folder: Path, inputs: Inputs | None = None, form: str = "both") -> Case:
    """Everything is agreed, and the letters lie in the folder `letters` beside the book."""
    folder.mkdir(parents=True)
    case = Case(folder, inputs or cared_inputs())
    for _ in play(case):
        pass
    case.run(issue_letters, folder / "letters", form)
    return case


def renegotiate(case: Case) -> None:
    """R2 is unlocked, declares better, and is agreed upon again; its letter is not what holds any more."""
    case.run(unlock, "R2", reason="渠道恢复")
    case.declare("R2", R2_1=round(case.suggested("R2-1")) - 1)
    case.run(lock)
    case.run(decide, "R2", "R2-1", "accept", reason="渠道恢复属实", by="superior2")
    case.run(confirm, RESERVE)


def register(case: Case) -> dict[object, dict[str, Any]]:
    """The register's lines, by the letter's number."""
    with case.desk() as desk:
        return {row["number"]: row for row in register_rows(desk.ledger, "en")}


def sign(pdf: Path, role: str = "head", to: Path | None = None) -> Path:
    """Somebody signs a file where it lies, or puts what they signed elsewhere."""
    key = pdf.parent.parent / f"{role}.p12"
    if not key.exists():
        Certifier().person(key, f"{role}1")
    signed = to or pdf
    signed.write_bytes(sign_as(role, pdf.read_bytes(), key))
    return signed
