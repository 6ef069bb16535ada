"""What commands of several stories take: annotations, of which options and questions are made."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from ..language import LANGUAGES, spoken_language
from .parameter import Given

SPOKEN = spoken_language()


def languages() -> Sequence[str]:
    """The languages that there are, when somebody asks."""
    return LANGUAGES


Book = Annotated[Path, Given(kind="file", metavar="BOOK")]
Who = Annotated[str, Given("--as", "person", about="as", metavar="NAME", variable="TARGETCAL_USER")]
LedgerAt = Annotated[str, Given("--ledger", variable="TARGETCAL_LEDGER")]
Region = Annotated[str, Given("--region -r", "region")]
Reason = Annotated[str, Given("--reason")]
Query = Annotated[str, Given("--query", metavar="SQL")]
CalledThere = Annotated[list[str] | None, Given("--map", about="map", metavar="COLUMN=TITLE")]
Representatives = Annotated[Path | None, Given("--representatives", "file", about="representatives")]
DryRun = Annotated[bool, Given("--dry-run")]
PageLanguage = Annotated[str, Given("--lang", about="page_lang", names=languages)]
