Attribute VB_Name = "TargetCalFunctions"
Option Explicit

' Worksheet functions, which Python computes. Only Windows has a way from a cell to Python: elsewhere a
' cell shows #N/A, and TC_WHY says why. What it showed before nobody can give back: a function that reads
' its own cell refers to itself.

Public Sub DescribeFunctions()
    Dim about As String
    If Not OnWindows() Then Exit Sub
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

Private Function Elsewhere(ByVal name As String) As Variant
    Elsewhere = CVErr(2042)
    If name = "TC_WHY" Then Elsewhere = Words($elsewhere)
End Function
$functions