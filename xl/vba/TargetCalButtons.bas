Attribute VB_Name = "TargetCalButtons"
Option Explicit

' One macro for each button of the sheet, and one for the same button of the ribbon.

Private Const LANGUAGE As String = "$language"
$macros
