
Public Function $name($parameters) As Variant
    Dim refusal As String
    If Not OnWindows() Then
        $name = Elsewhere("$name")
        Exit Function
    End If
    refusal = Refused()
    If refusal <> "" Then
        $name = refusal
        Exit Function
    End If
    If TypeOf Application.Caller Is Range Then On Error GoTo failed
    $name = XLPy.CallUDF("targetcal_xl.excel.functions", "$name", _
        Array($arguments), ThisWorkbook, Application.Caller)
    Exit Function
failed:
    $name = Err.Description
End Function
