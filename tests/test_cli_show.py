"""Reports in a terminal: narrow ones stay readable."""

from __future__ import annotations

import pytest
from rich.console import Console

from targetcal_xl.cli.show import drawn
from targetcal_xl.telling import Rows


@pytest.mark.parametrize("width", [60, 80])
def test_short_words_are_never_broken_in_a_table(width: int) -> None:
    captions = ("Method", "Suggested", "Declared", "Model closer", "建议值", "Odds: declared")
    row = ("the model reconciled by region", "1,173", "980", "7 / 7", "1,174", "35%")
    console = Console(width=width)
    with console.capture() as told:
        console.print(drawn(Rows(captions, (row,))))
    words = told.get().split()
    assert {"Suggested", "Declared", "reconciled", "region", "closer", "建议值"} <= set(words)
