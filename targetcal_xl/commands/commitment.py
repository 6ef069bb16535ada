"""How letters come about, and who signs them."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from .command import CommandTable, Here
from .given import LedgerAt, Region, Representatives, Who
from .parameter import Given

if TYPE_CHECKING:
    from ..desk import Desk
    from ..telling import Report

Letters = Annotated[Path | None, Given("--out -o", "folder")]
Form = Annotated[Literal["docx", "pdf", "both"], Given("--format", about="format")]
OwnTemplate = Annotated[Path | None, Given("--template", "file")]
LetterMakers = Annotated[str, Given("--executor", "text", metavar="local|ADDRESS", about="executor")]
LetterFiles = Annotated[list[Path] | None, Given(kind="file", about="letter_files", metavar="[BOOK] FILE...")]
SignedFiles = Annotated[list[Path] | None, Given(kind="file", about="signed_files", metavar="[FILE...]")]
SigningRole = Annotated[str, Given("--role", about="signing_role", metavar="head|superior")]
Key = Annotated[str, Given("--key", metavar="FILE.p12|ADDRESS", variable="TARGETCAL_KEY")]
Picture = Annotated[Path | None, Given("--picture", "file", metavar="FILE.png")]
Stamped = Annotated[bool, Given("--stamp")]
Stranger = Annotated[str, Given("--reason", about="signing_reason")]
Paper = Annotated[Path | None, Given("--paper", "file", metavar="SCAN")]
PaperRole = Annotated[str, Given("--role", about="paper_role", metavar="head|superior|both")]
PaperDay = Annotated[dt.date | None, Given("--on", "date", about="paper_day")]
PaperSigner = Annotated[str, Given("--signer", about="paper_signer")]
Employee = Annotated[str, Given("--employee", about="employee", metavar="NUMBER")]
Question = Annotated[str, Given("--text", about="question")]
AnswerWords = Annotated[str, Given("--text", about="answer_words")]
Until = Annotated[dt.date, Given("--until", "date")]

TABLE = CommandTable()


@TABLE.command(
    "targetcal letters targets.xlsx",
    "targetcal letters targets.xlsx -o out --format docx",
    "targetcal letters targets.xlsx -o out --executor local",
    "targetcal letters targets.xlsx -o people --representatives people.xlsx",
)
@TABLE.button("letters", "hr", "FilePrint", "out")
def _letters(
    desk: "Desk",
    out: Letters = None,
    form: Form = "both",
    template: OwnTemplate = None,
    executor: LetterMakers = "",
    people: Representatives = None,
) -> "Report":
    from ..actions.issue_individual import letters_as_said

    return letters_as_said(desk, out, form, template, executor, people)


@TABLE.command(
    "targetcal sign targets.xlsx letters/2025Q1-HD-V1.pdf --role head --key me.p12",
    "targetcal sign targets.xlsx letters/*.pdf --role superior --key me.p12 --picture hand.png --stamp",
    "targetcal sign letter.pdf --role head --key pkcs11:token=office",
)
def _sign(
    here: Here,
    files: LetterFiles = None,
    role: SigningRole = "",
    key: Key = "",
    picture: Picture = None,
    stamp: Stamped = False,
    reason: Stranger = "",
    who: Who = "",
    ledger: LedgerAt = "",
) -> "Report":
    from ..actions.sign import Wish, book_among, role_said, sign, sign_alone

    book, letters = book_among(files or ())
    role, who = role_said(role, who)
    wish = Wish(role, key, picture, stamp, reason)
    if book is None:
        return sign_alone(letters, wish, dt.datetime.now(dt.UTC), here.language, here.secret)
    with here.desk(book, who, ledger) as desk:
        return sign(desk, letters, wish, here.secret)


@TABLE.command(
    "targetcal signed targets.xlsx",
    "targetcal signed targets.xlsx back/*.pdf",
    "targetcal signed targets.xlsx --region HD",
    "targetcal signed targets.xlsx --paper scan.pdf --region HD --role both --on 2025-01-14",
)
@TABLE.button("signed", "hr", "SignatureShow")
@TABLE.button("paper", "hr", "SignatureInsertMenu", "paper", "region", "employee", "role", "on", "signer")
def _signed(
    desk: "Desk",
    files: SignedFiles = None,
    paper: Paper = None,
    region: Region = "",
    employee: Employee = "",
    role: PaperRole = "",
    on: PaperDay = None,
    signer: PaperSigner = "",
    reason: Stranger = "",
) -> "Report":
    from ..actions.signed import signed_as_said

    return signed_as_said(desk, files or (), paper, region, role, on, signer, reason, employee)


@TABLE.command(
    'targetcal ask targets.xlsx --region HD --text "whose is S02?" --until 2025-01-17 --as "Gu Mingyuan"'
)
@TABLE.button("ask", "hr", "ReviewNewComment", "region", "employee", "question", "until", "who")
def _ask(desk: "Desk", region: Region, question: Question, until: Until, employee: Employee = "") -> "Report":
    from ..actions.ask import ask

    return ask(desk, region, question, until, employee)


@TABLE.command(
    'targetcal answer targets.xlsx --region HD --text "sales operations, see line 2" --as "Zhou Ning"'
)
@TABLE.button("answer", "hr", "ReviewAcceptChange", "region", "employee", "reply", "who")
def _answer(desk: "Desk", region: Region, reply: AnswerWords, employee: Employee = "") -> "Report":
    from ..actions.ask import answer

    return answer(desk, region, reply, employee)
