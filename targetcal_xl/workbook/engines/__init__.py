"""Who changes a workbook: a closed file by splice, an open one through its program."""
