"""Amounts that name their currency: `￥1,200`, `EUR 5`, `1.2万元`."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from ..language import LANGUAGES, currencies
from ..units import multiple_and_plain, multiple_of
from .spelt import normal, number_told, number_with_unit

_AMOUNT = re.compile(r"(?P<sign>[+-]?)(?P<before>[^\d.,+\-]*)(?P<number>.*?)(?P<after>[^\d.,+\-]*)")
_ALSO = {"元": "CNY", "圆": "CNY", "rmb": "CNY", "yuan": "CNY", "円": "JPY"}
"""What people write beside the codes, names and signs that the standard has."""


@dataclass(frozen=True)
class Amount:
    """A number and the currency that is named beside it."""

    value: float
    currencies: frozenset[str]
    """The codes of those that may be meant: ¥ is the sign of two."""
    named: str
    """How it is named there."""


def amount_told(said: str) -> Amount | None:
    """What an amount with its currency before or behind it comes to; None for anything else."""
    parts = _AMOUNT.fullmatch(normal(said))
    if not parts:
        return None
    behind = _last_name(parts["after"])
    rest = parts["after"].removesuffix(behind)
    named = [one for one in (parts["before"], behind) if one.strip()]
    value = number_told(parts["sign"] + parts["number"] + rest)
    meant = [_meant(one) for one in named]
    both = frozenset.intersection(*meant) if meant else frozenset[str]()
    return (
        Amount(value, both, named[0].strip()) if both and math.isfinite(value) and "%" not in rest else None
    )


def money_of(unit: str) -> frozenset[str]:
    """The currencies that a unit may mean; none where it is no money, or names none."""
    one = amount_told(f"1{multiple_and_plain(unit)[1]}")
    return one.currencies if one else frozenset()


def is_strange(said: str, unit: str) -> bool:
    """Whether an amount names another currency than its unit."""
    amount = amount_told(said)
    return bool(amount and multiple_and_plain(unit)[1] and not amount.currencies & money_of(unit))


def number_in(said: str, unit: str) -> float:
    """What a number, with its unit, its currency or without, comes to in a unit; NaN where it is none.

    An amount in another currency than the unit's is none.
    """
    if is_strange(said, unit):
        return math.nan
    amount = amount_told(said)
    return number_with_unit(said, unit) if amount is None else amount.value / multiple_of(unit)


@dataclass(frozen=True)
class Currency:
    """A currency of a column: the codes that may be meant, how it is named, and a cell that does so."""

    codes: frozenset[str]
    sign: str
    example: str

    @property
    def name(self) -> str:
        """Its code; the sign itself where that may mean several."""
        return self.sign if len(self.codes) > 1 else min(self.codes)


def currencies_in(amounts: Mapping[str, Amount]) -> list[Currency]:
    """The currencies of amounts by what was written; signs that may mean the same are one."""
    found: list[Currency] = []
    for said, amount in amounts.items():
        for place, one in enumerate(found):
            if shared := one.codes & amount.currencies:
                found[place] = replace(one, codes=shared)
                break
        else:
            found.append(Currency(amount.currencies, amount.named, said))
    return found


def amounts_told(cells: Iterable[str]) -> dict[str, Amount]:
    """Those of the cells that are amounts with their currency, by what was written."""
    told = ((said, amount_told(said)) for said in cells)
    return {said: amount for said, amount in told if amount}


def _meant(name: str) -> frozenset[str]:
    """The currencies that a name, sign or code may mean; a code is written in capitals."""
    plain = name.strip()
    names, codes = _names()
    return frozenset([plain]) if plain in codes else names.get(plain.casefold(), frozenset())


def _last_name(said: str) -> str:
    """The longest end that names a currency; empty where none does."""
    ends = (said[place:] for place in range(len(said)))
    return next((end for end in ends if _meant(end)), "")


@cache
def _names() -> tuple[Mapping[str, frozenset[str]], frozenset[str]]:
    """Currencies by their names and signs in every language, in small letters; and all codes.

    Of US$ or HK$ the last sign alone may mean it, too.
    """
    found = defaultdict[str, set[str]](set)
    codes = set[str]()
    for language in LANGUAGES:
        for code, (name, sign) in currencies(language).items():
            codes.add(code)
            for each in {name, sign, *filter(_is_sign, sign[-1])} - {code}:
                found[normal(each).casefold()].add(code)
    for name, code in _ALSO.items():
        found[name].add(code)
    return {name: frozenset(meant) for name, meant in found.items()}, frozenset(codes)


def _is_sign(letter: str) -> bool:
    return unicodedata.category(letter) == "Sc"
