"""Make the pictures of the README from a demo that is played for them: `make docs`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops

from tests.support.office import convert

_PICTURES = Path(__file__).parent / "pictures"
_SHEETS = {"region.png": ("华东大区", "调整依据"), "dashboard.png": ("目标校准看板", "总部目标与各方数字")}
"""Pictures of sheets, by words of the pages to take."""
_PLAY = "from targetcal_xl.cli import run; run()"
_WIDTH = 1600
_LETTER_WIDTH = 900
_MARGIN = 40
_FOOTER = 0.09
"""The share of a printed sheet that its footer takes."""


def main() -> None:
    """Play the demo, print its workbook and a letter, and keep the pages that are worth seeing."""
    _PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(folder, "demo")
        subprocess.run([sys.executable, "-P", "-c", _PLAY, "demo", str(demo)], check=True)
        printed = convert(demo / "targets.xlsx", "pdf", demo)
        for name, words in _SHEETS.items():
            page = _page(printed, words)
            body = page.crop((0, 0, page.width, round(page.height * (1 - _FOOTER))))
            _keep(body, name, _WIDTH)
        _keep(_page(min(demo.glob("letters/*.pdf")), ["目标共识确认函"]), "letter.png", _LETTER_WIDTH)


def _page(document: Path, words: Sequence[str]) -> Image.Image:
    """The first page that has all these words; raise LookupError when none has."""
    with pypdfium2.PdfDocument(document) as pages:
        for page in pages:
            said = page.get_textpage().get_text_bounded()
            if all(word in said for word in words):
                picture: Image.Image = page.render(scale=2 * _WIDTH / page.get_width()).to_pil()
                return picture.convert("RGB")
    raise LookupError(f"{document.name} has no page with {words}")


def _keep(picture: Image.Image, name: str, width: int) -> None:
    """Save without the white around it, so wide, in few colours, so that the file stays small."""
    trimmed = _trimmed(picture)
    size = width, round(trimmed.height * width / trimmed.width)
    trimmed.resize(size, Image.Resampling.LANCZOS).quantize(128).save(_PICTURES / name, optimize=True)


def _trimmed(picture: Image.Image) -> Image.Image:
    """What is not white, with a margin."""
    left, top, right, bottom = ImageChops.invert(picture).getbbox() or (0, 0, *picture.size)
    right, bottom = min(right + _MARGIN, picture.width), min(bottom + _MARGIN, picture.height)
    return picture.crop((max(left - _MARGIN, 0), max(top - _MARGIN, 0), right, bottom))


if __name__ == "__main__":
    main()
