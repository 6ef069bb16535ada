"""A page of ours as its reader finds it: cards, tables and pictures, by what stands there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lxml import html


class Page:
    """A page that was written."""

    def __init__(self, path: Path) -> None:
        self.content = path.read_bytes()
        self._tree: Any = html.document_fromstring(self.content)

    @property
    def language(self) -> str:
        """The language it says it is in."""
        return str(self._tree.get("lang"))

    @property
    def text(self) -> str:
        """All its words."""
        return " ".join(self._tree.find("body").text_content().split())

    @property
    def cards(self) -> dict[str, str]:
        """Label -> what the card says."""
        labels, values = (self._tree.xpath(f'//dl[@class="cards"]//{tag}') for tag in ("dt", "dd"))
        return {one.text_content(): two.text_content() for one, two in zip(labels, values, strict=True)}

    def table(self, code: str) -> dict[str, dict[str, str]]:
        """The rows of a table by their first cell, and what they say by caption."""
        found: dict[str, dict[str, str]] = {}
        for table in self._tree.xpath(f'//table[@class="of-{code}"]'):
            captions = [one.text_content() for one in table.xpath("thead//th")]
            for row in table.xpath("tbody/tr"):
                name, *cells = (one.text_content() for one in row)
                found[name] = dict(zip(captions[1:], cells, strict=True))
        return found

    def looks(self, code: str) -> dict[str, str]:
        """The rows of a table by their first cell, and its class in the style sheet."""
        heads = self._tree.xpath(f'//table[@class="of-{code}"]/tbody//th')
        return {one.text_content(): one.get("class") or "" for one in heads}

    def numbers(self, picture: str) -> list[str]:
        """What is written on a picture's columns."""
        (figure,) = self._tree.xpath(f'//figure[figcaption[@id="{picture}-title"]]')
        return [one.text_content() for one in figure.xpath('.//*[name()="text"][@class="number"]')]

    @property
    def acts(self) -> list[str]:
        """What happened last, the newest first."""
        return [" ".join(one.text_content().split()) for one in self._tree.xpath('//ol[@class="acts"]/li')]
