Attribute VB_Name = "TargetCal"
Option Explicit

' Pressing a button: ask what has to be asked, then let Python run the action and tell what came of it.
' Text that is not ASCII is written as \uXXXX, and goes to Python in hexadecimal UTF-16.

' Each of the questions is "code kind words".
Public Sub Press(ByVal language As String, ByVal button As String, ByVal caption As String, ByVal questions As Variant)
    Dim answers As String, answer As String, refusal As String, parts As Variant, k As Long
    refusal = Refused()
    If refusal <> "" Then
        MsgBox refusal, vbExclamation, Words(caption)
        Exit Sub
    End If
    For k = LBound(questions) To UBound(questions)
        parts = Split(questions(k), " ", 3)
        If Not Answered(CStr(parts(1)), Words(CStr(parts(2))), Words(caption), answer) Then Exit Sub
        answers = answers & parts(0) & "=" & InHex(answer) & ","
    Next k
    RunPython "import sys; sys.path[:] = filter(None, sys.path); " & _
        "from targetcal_xl.excel import pressed; pressed('" & button & "', '" & language & "', '" & answers & "')"
End Sub

' Why Python is not started; nothing where it may be. The person's own settings choose it: a file beside the
' workbook could choose any other program, and a name without a folder is looked for in folders of others.
' Python itself then looks into no folder that happens to be the current one: PYTHONSAFEPATH, and above an
' empty entry less.
Public Function Refused() As String
    Dim python As String
    If GetFullName(ThisWorkbook) <> "" Then
        If FileExists(GetDirectoryConfigFilePath()) Then
            Refused = Words($beside)
            Exit Function
        End If
    End If
    python = GetConfig(IIf(OnWindows(), "INTERPRETER_WIN", "INTERPRETER_MAC"), "")
    If InStr(python, Application.PathSeparator) = 0 Then Refused = Words($unset)
    If OnWindows() Then CreateObject("WScript.Shell").Environment("PROCESS").Item("PYTHONSAFEPATH") = "1"
End Function

Public Function Words(ByVal escaped As String) As String
    Dim parts As Variant, said As String, k As Long
    parts = Split(escaped, "\u")
    said = parts(0)
    For k = 1 To UBound(parts)
        said = said & ChrW(CLng("&H" & Left(parts(k), 4))) & Mid(parts(k), 5)
    Next k
    Words = said
End Function

Public Function InHex(ByVal said As String) As String
    Dim digits As String, k As Long
    For k = 1 To Len(said)
        digits = digits & Right("000" & Hex(AscW(Mid(said, k, 1))), 4)
    Next k
    InHex = digits
End Function

' Python is reached for worksheet functions on Windows only.
Public Function OnWindows() As Boolean
    OnWindows = (Application.PathSeparator = "\")
End Function
