"""What proves a plan to others, and what is let go when the law asks for it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from .command import CommandTable, Here
from .given import SPOKEN, Reason, Region, languages
from .parameter import Given

if TYPE_CHECKING:
    from ..desk import Desk
    from ..telling import Report

ErasedEntries = Annotated[list[int] | None, Given("--entry", "whole", metavar="N", about="erased_entry")]
ErasedField = Annotated[str, Given("--field", about="erased_field")]
ErasedPerson = Annotated[str, Given("--person", about="erased_person", metavar="NAME")]
ErasedRegion = Annotated[str, Given("--region -r", "region", about="erased_region")]
ErasedLine = Annotated[str, Given("--line -l", "line", about="erased_line")]
Sure = Annotated[bool, Given("--yes")]
ProofAt = Annotated[Path, Given("--out -o", "file", about="proof_out", metavar="FILE.json")]
ProvenLine = Annotated[str, Given("--line -l", "line", about="proven_line")]
ProvenHeads = Annotated[list[str] | None, Given("--head", about="proven_head")]
AnyFiles = Annotated[list[Path] | None, Given(kind="file", metavar="[FILE...]")]
PrintedCodes = Annotated[list[str] | None, Given("--code", metavar="TEXT")]
StampRoots = Annotated[Path | None, Given("--roots", "file", metavar="FILE.pem|DIR")]
Online = Annotated[bool, Given("--online")]
AllEntries = Annotated[bool, Given("--entries", about="all_entries")]
Authority = Annotated[str, Given("--authority", metavar="URL")]
VerifierAt = Annotated[Path | None, Given("--html", "file", about="verifier_page", metavar="FILE.html")]
VerifierLanguage = Annotated[str, Given("--lang", about="verifier_lang", names=languages)]

TABLE = CommandTable()


@TABLE.command(
    "targetcal proof targets.xlsx --region HD -o HD.json",
    "targetcal proof targets.xlsx -r HD -l HD-JS -o HD-JS.json --head 57-4be1…",
)
def _proof(
    desk: "Desk", region: Region, out: ProofAt, line: ProvenLine = "", head: ProvenHeads = None
) -> "Report":
    from ..actions.proof import proof

    return proof(desk, region, out, line, head or ())


@TABLE.command(
    "targetcal verify letter.pdf HD.json",
    "targetcal verify letter.pdf HD.json --roots roots --online",
    "targetcal verify March.json June.json",
    'targetcal verify HD.json --code "targetcal:1:2025Q1-HD-V1:378-c23a…"',
    "targetcal verify --html verifier.html",
)
def _verify(
    here: Here,
    files: AnyFiles = None,
    roots: StampRoots = None,
    code: PrintedCodes = None,
    html: VerifierAt = None,
    lang: VerifierLanguage = SPOKEN,
    online: Online = False,
    entries: AllEntries = False,
) -> "Report":
    from ..actions.verifier import attest_as_said

    return attest_as_said(files or (), roots, code or (), html, lang, online=online, entries=entries)


@TABLE.command(
    "targetcal stamp targets.xlsx", "targetcal stamp targets.xlsx --authority http://stamps.example"
)
def _stamp(desk: "Desk", authority: Authority = "") -> "Report":
    from ..actions.stamp import stamp

    return stamp(desk, authority)


@TABLE.command(
    'targetcal erase targets.xlsx --person "Chen Li"',
    'targetcal erase targets.xlsx --entry 23 --reason "asked for on 3 March" --yes',
    'targetcal erase targets.xlsx -r HD -l HD-JS --field comment --reason "names a customer" --yes',
)
def _erase(
    desk: "Desk",
    entry: ErasedEntries = None,
    region: ErasedRegion = "",
    line: ErasedLine = "",
    field: ErasedField = "",
    person: ErasedPerson = "",
    reason: Reason = "",
    yes: Sure = False,
) -> "Report":
    from ..actions.erase import Wanted, erase

    return erase(desk, Wanted(tuple(entry or ()), region, line, field, person), reason, yes)
