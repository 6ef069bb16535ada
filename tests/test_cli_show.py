"""Reports in a terminal: narrow ones stay readable."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from rich.console import Console

from targetcal_xl.cli.show import drawn
from targetcal_xl.telling import Rows


@pytest.mark.parametrize("width", [40, 60, 66, 67, 80])
def test_short_words_are_never_broken_in_a_table(width: int) -> None:
    captions = ("Method", "Suggested", "Declared", "Model closer", "建议值", "Odds: declared")
    row = ("the model reconciled by region", "1,173", "980", "7 / 7", "1,174", "35%")
    console = Console(width=width)
    with console.capture() as told:
        console.print(drawn(Rows(captions, (row,))))
    words = [word.rstrip(":") for word in told.get().split()]
    assert max(map(cell_len, told.get().splitlines())) <= width
    assert {"Suggested", "Declared", "reconciled", "region", "closer", "declared", "35%"} <= set(words)


def test_what_a_table_would_break_stands_below_one_another(width: int = 60) -> None:
    captions = ("Letter", "Whose", "Head of region", "Superior", "Open question")
    row = (
        "2025Q1-new-customers-R1-E1001-V1",
        "华东大区",
        "顾明远, 2025-01-14",
        "",
        "[b], 2025-01-17: whose?",
    )
    for at, table in ((width, False), (160, True)):
        console = Console(width=at)
        with console.capture() as told:
            console.print(drawn(Rows(captions, (row,))))
        said = told.get()
        assert {*" ".join(row).split(), *" ".join(captions[1:3]).split()} <= {
            word.rstrip(":") for word in said.split()
        } | {"2025-01-17:"}
        assert ("Superior" in said) == table, "where nothing is said of it, nothing is written"
