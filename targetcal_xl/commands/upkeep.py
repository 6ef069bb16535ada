"""What keeps a plan usable: mending, newer formats, functions, and this computer."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from .command import CommandTable, Here
from .given import Book, LedgerAt, Who
from .parameter import Given

if TYPE_CHECKING:
    from ..desk import Desk
    from ..telling import Report

AnyBook = Annotated[Path | None, Given(kind="file", about="doctor_book", metavar="[BOOK]")]
TriedTemplate = Annotated[Path | None, Given("--template", "file", about="doctor_template")]
State = Annotated[Literal["frozen", "live"], Given(about="functions", metavar="live|frozen")]
Fix = Annotated[bool, Given("--fix")]

TABLE = CommandTable()


@TABLE.command("targetcal repair targets.xlsx")
@TABLE.button("repair", "finance", "Refresh")
def _repair(desk: "Desk") -> "Report":
    from ..actions.repair import repair

    return repair(desk)


@TABLE.command("targetcal upgrade targets.xlsx")
def _upgrade(here: Here, book: Book, who: Who = "", ledger: LedgerAt = "") -> "Report":
    from ..actions.upgrade import upgrade

    with here.desk(book, who, ledger, outdated=True) as desk:
        return upgrade(desk)


@TABLE.command("targetcal functions targets.xlsx live", "targetcal functions targets.xlsx frozen")
@TABLE.button("frozen", "finance", "PasteValues", state="frozen")
@TABLE.button("live", "finance", "RefreshAll", state="live")
def _functions(desk: "Desk", state: State) -> "Report":
    from ..actions.switch_functions import switch_functions

    return switch_functions(desk, state)


@TABLE.command(
    "targetcal doctor",
    "targetcal doctor targets.xlsm --fix",
    "targetcal doctor --template letter.docx",
)
def _doctor(
    here: Here,
    book: AnyBook = None,
    fix: Fix = False,
    template: TriedTemplate = None,
    ledger: LedgerAt = "",
) -> "Report":
    from ..actions.doctor import doctor, examine_template

    if template:
        return examine_template(template, here.language)
    return doctor(here.language, book, ledger or None, fix=fix)
