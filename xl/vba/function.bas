
Public Function $name($parameters) As Variant
    If Not OnWindows() Then
        $name = Kept()
        Exit Function
    End If
    If TypeOf Application.Caller Is Range Then On Error GoTo failed
    $name = XLPy.CallUDF("targetcal_xl.excel.functions", "$name", _
        Array($arguments), ThisWorkbook, Application.Caller)
    Exit Function
failed:
    $name = Err.Description
End Function
