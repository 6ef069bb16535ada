"""Every worksheet function as a VBA function that hands its cells to Python."""

from __future__ import annotations

from collections.abc import Iterator
from string import Template

from ..functions import FUNCTIONS, Argument, Function
from ..language import text
from .vba_text import our_text, quoted, vba_words

_KEYWORDS = (
    "abs addressof and any array as attribute boolean byref byte byval call case cbool cbyte ccur "
    "cdate cdbl cdec cdecl cint circle clng clnglng clngptr close const csng cstr currency cvar cverr "
    "date debug decimal declare defbool defbyte defcur defdate defdbl defdec defint deflng deflnglng "
    "deflngptr defobj defsng defstr defvar dim do doevents double each else elseif empty end endif "
    "enum eqv erase event exit false fix for friend function get global gosub goto if imp "
    "implements in input inputb int integer is lbound len lenb let like lineinput lock long longlong "
    "longptr loop lset me mod new next not nothing null on open option optional or paramarray "
    "preserve print private property pset public put raiseevent redim rem resume return rset scale "
    "seek select set sgn shared single spc static step stop string sub tab then to true type typeof "
    "ubound unlock until variant wend while with withevents write xor"
)
"""Words that VBA keeps for itself ([MS-VBAL] section 3.3.5.2)."""
RESERVED = frozenset(_KEYWORDS.split())
_LONGEST = 900
"""Characters of a literal; the VBA editor takes lines of up to 1,023."""


def functions_module(language: str) -> str:
    """The module of the worksheet functions, with their help in a language."""
    return Template(our_text("vba/TargetCalFunctions.bas")).substitute(
        elsewhere=quoted(vba_words(text("excel.not_on_windows", language))),
        category=quoted(vba_words(text("excel.menu", language))),
        descriptions="\n".join(line for each in FUNCTIONS.values() for line in _description(each, language)),
        functions="".join(map(_wrapper, FUNCTIONS.values())),
    )


def _wrapper(function: Function) -> str:
    return Template(our_text("vba/function.bas")).substitute(
        name=function.name,
        parameters=", ".join(map(_parameter, function.arguments)),
        arguments=", ".join(map(_name, function.arguments)),
    )


def _parameter(argument: Argument) -> str:
    return f"{'Optional ' if argument.optional else ''}{_name(argument)} As Variant"


def _name(argument: Argument) -> str:
    """The argument's name, or one as near to it as VBA allows."""
    return f"{argument.name}_" if argument.name in RESERVED else argument.name


def _description(function: Function, language: str) -> Iterator[str]:
    """Statements that hand a function's help to Excel, in lines that are not too long."""
    helps = [function.help(language), *(argument.help(language) for argument in function.arguments)]
    said = "|".join(vba_words(each) for each in helps)
    yield '    about = ""'
    for at in range(0, len(said), _LONGEST):
        yield f"    about = about & {quoted(said[at : at + _LONGEST])}"
    yield f'    Describe "{function.name}", about'
