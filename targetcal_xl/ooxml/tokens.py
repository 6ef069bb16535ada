"""What a formula says, token by token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from openpyxl.formula.tokenizer import Token, Tokenizer, TokenizerError

from .cells import MAX_FORMULA, number_of

Meaning = tuple[tuple[str, str], ...]


class _Tokens(Tokenizer):  # type: ignore[misc]
    """openpyxl's tokenizer, which takes `1e-9` for a number but `12e-9` for three things."""

    SN_RE = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)[Ee]\Z")


@lru_cache(4096)
def meaning(formula: str) -> Meaning | None:
    """What a formula says, token by token; None for what nobody can read."""
    said = formula.strip().removeprefix("=").strip()
    if len(said) > MAX_FORMULA:
        return None
    try:
        tokens = _Tokens(f"={said}").items
    except (TokenizerError, IndexError, AssertionError):
        return None
    return tuple(_calls_of_truth(_said(token) for token in _without_spaces(tokens)))


_ENDS = {(Token.FUNC, Token.OPEN), (Token.PAREN, Token.OPEN), (Token.ARRAY, Token.OPEN)}
_BEGINS = {(Token.FUNC, Token.CLOSE), (Token.PAREN, Token.CLOSE)}


def _without_spaces(tokens: list[Token]) -> Iterator[Token]:
    """The tokens without spaces; one between two references is an operator: what they share."""
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        if token.type != Token.WSPACE or (
            before is not None
            and after is not None
            and (before.type == Token.OPERAND or (before.type, before.subtype) in _BEGINS)
            and (after.type == Token.OPERAND or (after.type, after.subtype) in _ENDS)
        ):
            yield token


def _said(token: Token) -> tuple[str, str]:
    """A token as it counts."""
    if token.type == Token.WSPACE:
        return token.type, " "
    if token.type == Token.FUNC and token.subtype == Token.OPEN:
        return f"{token.type} {token.subtype}", _bare_name(token.value)
    if token.type != Token.OPERAND:
        return f"{token.type} {token.subtype}", token.value
    if token.subtype == Token.TEXT:
        return token.type, token.value
    return token.type, _number(token.value) or _place(token.value)


def _bare_name(said: str) -> str:
    """A function's name without the marks that files put before newer ones."""
    name = said.lower().removeprefix("@")
    while (bare := name.removeprefix("_xlfn.").removeprefix("_xlws.").removeprefix("_xludf.")) != name:
        name = bare
    return name


def _number(said: str) -> str | None:
    try:
        return f"{number_of(said):.15g}"
    except ValueError:
        return None


def _place(said: str) -> str:
    """A reference or a name; `@` says of one what a formula that fills one cell means anyway."""
    sheet, mark, place = said.lower().removeprefix("@").rpartition("!")
    if len(sheet) > 2 and sheet[0] == sheet[-1] == "'":
        sheet = sheet[1:-1].replace("''", "'")
    return sheet + mark + place.replace("$", "")


def _calls_of_truth(said: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The same, with `TRUE()` and `FALSE()` as the constants that they are."""
    tokens = list(said)
    closing = (f"{Token.FUNC} {Token.CLOSE}", ")")
    skip = False
    for token, after in zip(tokens, [*tokens[1:], closing], strict=False):
        if skip:
            skip = False
        elif token[1] in ("true(", "false(") and after == closing and token[0] != Token.OPERAND:
            skip = True
            yield Token.OPERAND, token[1].removesuffix("(")
        else:
            yield token
