"""Whom a workbook names as who saved it last: what that program says of the person at it, and no more."""

from __future__ import annotations

import re
from typing import Final

_LONGEST: Final = 60
_NOBODY = re.compile(
    r"""
    (?:(?:microsoft|windows|wps|kingsoft|google|libre|open|微软)?\s*(?:office|excel|sheets)?\s*)
    (?:user|users|owner|guest|admin|administrator|root|default|unknown|author|pc|computer)?\s*\d*
    | (?:微软|系统|默认)?(?:用户|管理员|使用者|作者|中国|电脑) | 未知
    | openpyxl | xlsxwriter | exceljs | sheetjs | apache\s*poi | python | pandas | aspose.*
    | lenovo | hp | dell | asus | acer | huawei | thinkpad | (?:desktop|laptop)-.*
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""Names of programs, makers and accounts that are nobody's."""


def person_named(said: str) -> str:
    """A person's name as a file has it; empty for a program's, an account's that is everybody's, and none."""
    name = " ".join(said.split())
    is_one = 0 < len(name) <= _LONGEST and name.isprintable()
    return name if is_one and not _NOBODY.fullmatch(name) else ""
