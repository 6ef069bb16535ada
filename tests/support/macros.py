"""Macros run for real: by LibreOffice, on a book whose xlwings module only notes what it is asked.

LibreOffice heeds no `#If` in VBA, and would not get through xlwings' own module.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from targetcal_xl.buttons import macros
from targetcal_xl.ooxml import Module
from targetcal_xl.workbook import Macros, write_book
from tests.support.office import kept_office
from tests.support.samples import sample_standing
from tests.support.temporary import kept_folder

CREATED = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)

_NOTED = """
Public Function RunPython(PythonCommand As String)
    ThisWorkbook.Worksheets("xlwings.conf").Range("D1").Value = PythonCommand
End Function

Public Function XLPy() As Object
    Set XLPy = New Dictionary
End Function

Public Function GetFullName(book As Object) As String
    GetFullName = "plan.xlsm"
End Function

Public Function GetDirectoryConfigFilePath() As String
    GetDirectoryConfigFilePath = "xlwings.conf"
End Function

Public Function FileExists(path As String) As Boolean
    FileExists = False
End Function

Public Function GetConfig(key As String, Optional otherwise As String) As String
    GetConfig = "/somewhere\\python"
End Function
"""
_CALLED = """
Public Function CallUDF(script As String, name As String, arguments As Variant, _
        book As Variant, caller As Variant)
    CallUDF = script & "." & name & " of " & (UBound(arguments) + 1)
End Function
"""
ECHO = """
Public Function Answered(ByVal kind As String, ByVal question As String, ByVal caption As String, _
        ByRef answer As String) As Boolean
    answer = kind & "|" & question & "|" & caption
    Answered = True
End Function
"""
"""Answers every question with what was asked."""
_ON_WINDOWS = {
    "Application.PathSeparator": '"\\"',
    'CreateObject("WScript.Shell").Environment("PROCESS").Item("PYTHONSAFEPATH") = "1"': "python = python",
    "MsgBox refusal, vbExclamation, Words(caption)": "RunPython refusal",
}
ON_WINDOWS = next(one.text for one in macros("en").modules if one.name == "TargetCal")
"""Takes every system for Windows, but has no environment there; a message is noted."""
for _before, _after in _ON_WINDOWS.items():
    assert _before in ON_WINDOWS
    ON_WINDOWS = ON_WINDOWS.replace(_before, _after)
CANCEL = ECHO.replace("True", "False")

_DRIVER = """
Sub click(book As Object, number As Integer, noted As Object)
    Dim sheet As Object, button As Object, waited As Integer
    sheet = book.Sheets.getByIndex(1)
    book.CurrentController.setActiveSheet(sheet)
    button = sheet.DrawPage.Forms.getByIndex(0).getByIndex(number)
    book.CurrentController.getControl(button).getAccessibleContext().doAccessibleAction(0)
    While noted.String = "" And waited < 1000
        Wait 5
        waited = waited + 1
    Wend
End Sub

Function Main(path As String, asked As Variant) As Variant
    Dim arguments(1) As New com.sun.star.beans.PropertyValue, said(UBound(asked)) As String
    Dim book As Object, script As Object, cell As Object, name As String, number As Integer
    arguments(0).Name = "Hidden" : arguments(0).Value = True
    arguments(1).Name = "MacroExecutionMode" : arguments(1).Value = 4
    book = StarDesktop.loadComponentFromURL(ConvertToURL(path), "_blank", 0, arguments())
    On Error GoTo failed
    cell = book.Sheets.getByName("xlwings.conf").getCellRangeByName("D1")
    For number = 0 To UBound(asked)
        name = asked(number)
        cell.String = ""
        If Left(name, 1) = "=" Then
            cell.setFormula(name)
        ElseIf Left(name, 6) = "click " Then
            click(book, CInt(Mid(name, 7)), cell)
        Else
            script = book.getScriptProvider().getScript("vnd.sun.star.script:VBAProject." & name _
                & "?language=Basic&location=document")
            If InStr(name, ".Ribbon_") > 0 Then
                script.invoke(Array(book), Array(), Array())
            Else
                script.invoke(Array(), Array(), Array())
            End If
        End If
        said(number) = cell.String
    Next number
    book.close(True)
    Main = said
    Exit Function
failed:
    said(number) = "failed: " & Error
    book.close(True)
    Main = said
End Function
"""
_MAIN = "vnd.sun.star.script:Standard.Driver.Main?language=Basic&location=application"
_PAPERS = {
    "registrymodifications.xcu": '<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    '<item oor:path="/org.openoffice.Office.Common/Security/Scripting">'
    '<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>0</value></prop></item>'
    '<item oor:path="/org.openoffice.Setup/Office"><prop oor:name="ooSetupInstCompleted" oor:op="fuse">'
    "<value>true</value></prop></item></oor:items>",
    "basic/script.xlc": '<library:libraries xmlns:library="http://openoffice.org/2000/library" '
    'xmlns:xlink="http://www.w3.org/1999/xlink"><library:library library:name="Standard" '
    'xlink:href="$(USER)/basic/Standard/script.xlb/" xlink:type="simple" library:link="false"/>'
    "</library:libraries>",
    "basic/Standard/script.xlb": '<library:library xmlns:library="http://openoffice.org/2000/library" '
    'library:name="Standard" library:readonly="false" library:passwordprotected="false">'
    '<library:element library:name="Driver"/></library:library>',
    "basic/Standard/Driver.xba": '<script:module xmlns:script="http://openoffice.org/2000/script" '
    f'script:name="Driver" script:language="StarBasic">{escape(_DRIVER)}</script:module>',
}
"""A profile that lets macros run and holds our driver."""


def stubbed(language: str = "zh-CN", **modules: str) -> Macros:
    """Our macros, with the code of some modules replaced, and xlwings' by a note."""
    code = {"xlwings": _NOTED, "Dictionary": _CALLED, **modules}
    held = (Module(one.name, one.kind, code.get(one.name, one.text)) for one in macros(language).modules)
    return replace(macros(language), modules=tuple(held))


def book_with(held: Macros, path: Path, language: str = "zh-CN") -> Path:
    """The sample plan's workbook with these macros."""
    write_book(path, sample_standing(), language, created=CREATED, macros=held)
    return path


def run_in_office(path: Path, asked: Sequence[str]) -> list[str]:
    """What macros (`Module.Sub`), clicks on the dashboard (`click 0`) or formulas had Python do, or came to.

    A ribbon's callback is handed an object, as Excel hands it the control.
    """
    office = kept_office(allowing_macros())
    with office.asked():
        scripts = office.singleton("com.sun.star.script.provider.theMasterScriptProviderFactory")
        driver = scripts.createScriptProvider("").getScript(_MAIN)
        said, *_ = driver.invoke((str(path), tuple(asked)), (), ())
    assert not any(line.startswith("failed: ") for line in said), said
    return list(said)


@cache
def allowing_macros() -> Path:
    """A profile of LibreOffice that runs the macros of any book, with our driver in it."""
    profile = kept_folder("macros")
    for name, text in _PAPERS.items():
        paper = profile / "user" / name
        paper.parent.mkdir(parents=True, exist_ok=True)
        paper.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}', encoding="utf-8")
    return profile
