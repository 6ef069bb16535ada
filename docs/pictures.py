"""Make the pictures of the README from a demo that is played for them: `make docs`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops

from tests.support.office import convert

_PICTURES = Path(__file__).parent / "pictures"
_PLAY = "from targetcal_xl.cli import run; run()"
_WIDTH = 1600
_MARGIN = 40


def main() -> None:
    """Play the demo, print its workbook and a letter, and keep the pages that are worth seeing."""
    _PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(folder, "demo")
        subprocess.run([sys.executable, "-c", _PLAY, "demo", str(demo)], check=True)
        printed = convert(demo / "targets.xlsx", "pdf", demo)
        _keep(_picture(printed, "华东大区", "调整依据"), "region.png")
        _keep(_picture(printed, "华东大区", "华南大区", "差距"), "dashboard.png")
        _keep(_picture(min(demo.glob("letters/*.pdf")), "目标共识确认函"), "letter.png")


def _picture(document: Path, *words: str) -> Image.Image:
    """The first page that has all these words, its white rim cut away; raise LookupError when none has."""
    with pypdfium2.PdfDocument(document) as pages:
        for page in pages:
            said = page.get_textpage().get_text_bounded()
            if all(word in said for word in words):
                return _trimmed(page.render(scale=2 * _WIDTH / page.get_width()).to_pil().convert("RGB"))
    raise LookupError(f"{document.name} has no page with {words}")


def _trimmed(picture: Image.Image) -> Image.Image:
    """What is not white, with a margin."""
    left, top, right, bottom = ImageChops.invert(picture).getbbox() or (0, 0, *picture.size)
    right, bottom = min(right + _MARGIN, picture.width), min(bottom + _MARGIN, picture.height)
    return picture.crop((max(left - _MARGIN, 0), max(top - _MARGIN, 0), right, bottom))


def _keep(picture: Image.Image, name: str) -> None:
    """Save at the README's width, in few colours, so that the file stays small."""
    size = _WIDTH, round(picture.height * _WIDTH / picture.width)
    picture.resize(size, Image.Resampling.LANCZOS).quantize(128).save(_PICTURES / name, optimize=True)


if __name__ == "__main__":
    main()
