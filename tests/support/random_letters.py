"""Letters as nobody would think them up: long names, rare characters, large sums, any number of lines."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from targetcal_xl.calibration import Letter, LineCommitment
from tests.support.letters import sample_letter

_SIGNS = {
    "zh-CN": "华东大区客户流失签约顾问试用线索𠮷㐂䶮𡃁鱻，。“”（）—…Ω℃①Ⅳ",
    "en": "abcdefg hijklmno pqrstu vwxyz ABC éüß' & <-> / (Q1) 3.5% “quoted” co-op",
}


def random_letter(seed: int, language: str) -> Letter:
    """The same one for the same number."""
    chance = Random(seed)
    words = _Words(chance, _SIGNS[language])
    letter = sample_letter(chance.choice((1, 2, 3, 5, 8, 40)), words.of(60), chance.choice((0, 1, 3, 12)))
    scale = 10.0 ** chance.choice((0, 0, 3, 6))
    lines = tuple(_changed(line, words, scale) for line in letter.lines)
    region = replace(letter.region, head=replace(letter.region.head, name=words.of(20)))
    grants = tuple(
        replace(one, what=words.of(80), quantity=k * scale) for k, one in enumerate(letter.grants, 1)
    )
    return replace(letter, company=words.of(30), region=region, lines=lines, grants=grants, total=None)


class _Words:
    """Words of some signs, mostly short."""

    def __init__(self, chance: Random, signs: str) -> None:
        self._chance, self._signs = chance, signs

    def of(self, most: int) -> str:
        """At least one sign, no space around."""
        many = min(self._chance.randint(1, most), self._chance.randint(1, most))
        return "甲" + "".join(self._chance.choices(self._signs, k=many)).strip()


def _changed(line: LineCommitment, words: _Words, scale: float) -> LineCommitment:
    targets = type(line.targets)(*(value * scale for value in vars(line.targets).values()))
    reason = words.of(120) if line.reason else ""
    return replace(line, name=words.of(40), targets=targets, reason=reason, risk=words.of(10))
