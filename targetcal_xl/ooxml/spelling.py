"""What a formula says, however a program spells it."""

from __future__ import annotations


def same_formula(one: str, other: str) -> bool:
    """Whether two formulas say the same, however programs write it.

    Numbers count to 15 digits, texts exactly. Case, spaces that are no operator, `$`, quotes that a
    sheet's name need not have, `TRUE()` and prefixes such as `_xlfn.` do not count.
    """
    if one == other:
        return True
    from .tokens import meaning

    said = meaning(one)
    return said is not None and said == meaning(other)
