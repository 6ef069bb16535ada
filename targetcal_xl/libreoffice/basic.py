"""The worksheet functions as Calc calls them: a Basic function each, which hands its cells on."""

from __future__ import annotations

from ..functions import FUNCTIONS, Function

_HEAD = """\
REM Made from the register of functions; changes here are lost.
Private tcCompute As Object

Function tcAnswer(given)
    Dim named(0) As New com.sun.star.beans.NamedValue
    Dim rows, row, block(), i As Long, j As Long, last As Long
    If IsNull(tcCompute) Then tcCompute = createUnoService("targetcal.Compute")
    named(0).Name = "call"
    named(0).Value = given
    rows = tcCompute.execute(named())
    If UBound(rows) = 0 And UBound(rows(0)) = 0 Then
        tcAnswer = rows(0)(0)
        Exit Function
    End If
    ReDim block(UBound(rows), UBound(rows(0)))
    last = UBound(rows(0))
    For i = 0 To UBound(rows)
        row = rows(i)
        For j = 0 To last
            block(i, j) = row(j)
        Next j
    Next i
    tcAnswer = block
End Function
"""


def basic_module() -> str:
    """The text of the Basic module with every function of the register."""
    return "\n".join([_HEAD, *map(_function, FUNCTIONS.values())])


def _function(offered: Function) -> str:
    """One function; what a formula leaves out stays Empty, what it gives is wrapped."""
    names = [f"p{at}" for at, _ in enumerate(offered.arguments, 1)]
    given = "\n".join(
        f"    If Not IsMissing({name}) Then given({at}) = Array({name})" for at, name in enumerate(names, 1)
    )
    return f"""\
Function {offered.name}({", ".join(f"Optional {name}" for name in names)})
    Dim given({len(names)})
    given(0) = "{offered.name}"
{given}
    {offered.name} = tcAnswer(given())
End Function
"""
