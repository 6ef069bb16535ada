Attribute VB_Name = "TargetCalQuestions"
Option Explicit

' Whether the person answered; not when they pressed Cancel, for which Excel gives the value False.
Public Function Answered(ByVal kind As String, ByVal question As String, ByVal caption As String, ByRef answer As String) As Boolean
    Dim said As Variant
    If kind = "file" Then
        said = Application.GetOpenFilename(Title:=question)
    Else
        said = Application.InputBox(Prompt:=question, Title:=caption, Default:=Suggestion(kind), Type:=2)
    End If
    If VarType(said) = vbBoolean Then Exit Function
    answer = CStr(said)
    Answered = True
End Function

' What is likely meant: the region of this tab, the line of this row, the person at this computer.
Private Function Suggestion(ByVal kind As String) As String
    Select Case kind
        Case "region": Suggestion = RegionHere()
        Case "line": If RegionHere() <> "" Then Suggestion = LineHere()
        Case "person": Suggestion = PersonHere()
        Case "folder": Suggestion = "letters"
    End Select
End Function

' Row 1 and column A are hidden, and hold the codes of tabs and rows; a chart's own sheet has neither.
Private Function Here() As Object
    Set Here = Nothing
    If TypeOf ActiveSheet Is Worksheet Then Set Here = ActiveSheet
End Function

Private Function RegionHere() As String
    Dim mark As String
    If Here() Is Nothing Then Exit Function
    mark = CStr(Here().Cells(1, 1).Value)
    If Left(mark, 13) = "sheet:region:" Then RegionHere = Mid(mark, 14)
End Function

Private Function LineHere() As String
    Dim code As String
    code = CStr(Here().Cells(ActiveCell.Row, 1).Value)
    If Left(code, 1) <> "#" And Left(code, 6) <> "sheet:" Then LineHere = code
End Function

Private Function PersonHere() As String
    PersonHere = Environ("TARGETCAL_USER")
    If PersonHere = "" Then PersonHere = Application.UserName
End Function
