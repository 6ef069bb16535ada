"""Writes the goldens anew, in every language."""

from __future__ import annotations

import tempfile
from pathlib import Path

from targetcal_xl.language import LANGUAGES
from tests.goldens import CODES, GOLDENS, codes, written
from tests.goldens.pages import PAGES, documents, kept, pages


def main() -> None:
    """Write what is to be kept, and take away what is not."""
    with tempfile.TemporaryDirectory() as played:
        CODES.write_text(codes(Path(played)), "utf-8", newline="\n")
    for language in LANGUAGES:
        folder = GOLDENS / language
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory() as played:
            texts = dict(written(language, Path(played)))
        for path in folder.iterdir():
            if path.name not in texts:
                path.unlink()
        for name, text in texts.items():
            (folder / name).write_text(text, "utf-8", newline="\n")
    _write_pages()


def _write_pages() -> None:
    """The pictures of pages."""
    PAGES.mkdir(exist_ok=True)
    for path in PAGES.iterdir():
        path.unlink()
    for name, document in documents():
        for place, page in enumerate(pages(document())):
            (PAGES / f"{name}-{place}.png").write_bytes(kept(page))


if __name__ == "__main__":
    main()
