
Public Sub Press_$code()
    Press LANGUAGE, "$code", $caption, Array($questions)
End Sub

Public Sub Ribbon_$code(control As Object)
    Press_$code
End Sub
