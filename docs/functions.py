"""Writes docs/functions.md from the register of functions: `python -m docs.functions`."""

from __future__ import annotations

from pathlib import Path

from targetcal_xl.functions import FUNCTIONS, Function

PAGE = Path(__file__).with_name("functions.md")
_HEAD = """\
# Worksheet functions · 自定义函数

In LibreOffice with the extension, and made for Excel on Windows (`.xlsm`; [not seen there yet](verified.md)).
Arguments in brackets may be left out. A table is given with its row of headings. Results of several rows
or columns spill; in LibreOffice enter them with Ctrl+Shift+Enter.

在装有扩展的 LibreOffice 中可用，也为 Windows 版 Excel（`.xlsm`）而写（[尚未在其中验证](verified.md)）。
方括号中的参数可以省略；表格请连同标题行一起选取。多行多列的结果会自动溢出；
在 LibreOffice 中请用 Ctrl+Shift+Enter 输入。
"""


def page() -> str:
    """Every function with its arguments, in both languages."""
    return "\n".join([_HEAD, *map(_section, FUNCTIONS.values())])


def _section(offered: Function) -> str:
    names = (f"[{each.name}]" if each.optional else each.name for each in offered.arguments)
    lines = [f"## {offered.name}", "", f"`={offered.name}({', '.join(names)})`", ""]
    lines += [offered.help("en"), "", offered.help("zh-CN"), "", "| argument | | 参数 |", "|---|---|---|"]
    lines += [f"| `{each.name}` | {each.help('en')} | {each.help('zh-CN')} |" for each in offered.arguments]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
