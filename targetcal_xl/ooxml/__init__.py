"""The file format alone: packages, parts, cells and styles, changed byte by byte. Knows no plan."""

from __future__ import annotations

from ..doors import on_demand

with on_demand(__name__):
    from .archive import joined, packed
    from .cells import (
        BLANK,
        ERRORS,
        Block,
        Cell,
        Scalar,
        Spot,
        block,
        cell_name,
        check_cell,
        column_letters,
        damaged,
        new_cell,
        one_cell,
        resolved,
        same_cell,
    )
    from .disk import (
        LEFTOVER,
        clear_leftovers,
        laid_beside,
        make_folder,
        put_in_place,
        read_file,
        refuse_open,
        refuse_taken,
        replace_file,
        write_file,
    )
    from .limits import MOST_DEPTH, Counted
    from .markup import MAIN, STRICT, readable_cells
    from .package import Package
    from .protection import RandomWord, has_password, opens, protecting
    from .scanner import shared_strings
    from .splice import Edit, Element, attribute_edit, empty_tag, insertion, outline, splice, twice
    from .strings import blanked, strings_used
    from .styles import NO_STYLES, Styles
    from .vba import Module, vba_project
    from .worksheet import Worksheet, inside, size

__all__ = [
    "BLANK",
    "ERRORS",
    "LEFTOVER",
    "MAIN",
    "MOST_DEPTH",
    "NO_STYLES",
    "STRICT",
    "Block",
    "Cell",
    "Counted",
    "Edit",
    "Element",
    "Module",
    "Package",
    "RandomWord",
    "Scalar",
    "Spot",
    "Styles",
    "Worksheet",
    "attribute_edit",
    "blanked",
    "block",
    "cell_name",
    "check_cell",
    "clear_leftovers",
    "column_letters",
    "damaged",
    "empty_tag",
    "has_password",
    "insertion",
    "inside",
    "joined",
    "laid_beside",
    "make_folder",
    "new_cell",
    "one_cell",
    "opens",
    "outline",
    "packed",
    "protecting",
    "put_in_place",
    "read_file",
    "readable_cells",
    "refuse_open",
    "refuse_taken",
    "replace_file",
    "resolved",
    "same_cell",
    "shared_strings",
    "size",
    "splice",
    "strings_used",
    "twice",
    "vba_project",
    "write_file",
]
