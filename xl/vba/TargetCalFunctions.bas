Attribute VB_Name = "TargetCalFunctions"
Option Explicit

' Worksheet functions, which Python computes. Only Windows has a way from a cell to Python: elsewhere a
' cell keeps what it showed, and the status bar says so.

Public Sub DescribeFunctions()
    Dim about As String
    If Not OnWindows() Then
        Application.StatusBar = Words($elsewhere)
        Exit Sub
    End If
$descriptions
End Sub

' What a function and its arguments mean, for Excel's own help; without it they work all the same.
Private Sub Describe(ByVal name As String, ByVal about As String)
    Dim parts As Variant, arguments() As String, k As Long
    parts = Split(about, "|")
    ReDim arguments(1 To UBound(parts))
    For k = 1 To UBound(parts)
        arguments(k) = Left(Words(CStr(parts(k))), 255)
    Next k
    On Error Resume Next
    Application.MacroOptions Macro:=name, Description:=Left(Words(CStr(parts(0))), 255), _
        Category:=Words($category), ArgumentDescriptions:=arguments
End Sub

Private Function Kept() As Variant
    Dim here As Range
    Kept = CVErr(2042)
    If Not TypeOf Application.Caller Is Range Then Exit Function
    Set here = Application.Caller
    On Error Resume Next ' older versions know of no spilling
    If here.HasSpill Then Set here = here.SpillingToRange
    On Error GoTo 0
    Kept = here.Value2
End Function
$functions