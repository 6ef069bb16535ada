"""The same case gives the same workbook, letters and ledger, cell by cell and word by word."""

from __future__ import annotations

from pathlib import Path

import pytest

from targetcal_xl.language import LANGUAGES
from tests.goldens import CODES, GOLDENS, codes, kept, written


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_case_gives_the_workbook_letters_and_ledger_that_it_gave(language: str, tmp_path: Path) -> None:
    """Where this is meant to be: `python -m tests.goldens`, and look at the difference."""
    now, before = dict(written(language, tmp_path)), kept(language)
    assert now.keys() == before.keys()
    for name, text in now.items():
        assert text.splitlines() == before[name].splitlines(), name


def test_a_layout_keeps_its_codes_or_raises_the_format_of_books(tmp_path: Path) -> None:
    """If codes are not those of a released book: raise `formats.BOOK`, then `python -m tests.goldens`."""
    assert codes(tmp_path) == CODES.read_text("utf-8")


def test_goldens_are_small_enough_to_be_read() -> None:
    texts = [text for language in LANGUAGES for text in kept(language).values()]
    assert sum(len(text.encode()) for text in texts) <= 350_000
    folders = {path.name for path in GOLDENS.iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders == {*LANGUAGES, "pages"}
