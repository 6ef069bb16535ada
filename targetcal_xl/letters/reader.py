"""A part of a Word file as its reader sees it: changes accepted, and nothing of those who wrote it."""

from __future__ import annotations

from lxml import etree

from .package import W

_TAKEN_OUT = frozenset(f"{W}{name}" for name in ("del", "moveFrom"))
_PUT_IN = frozenset(f"{W}{name}" for name in ("ins", "moveTo"))
_MARKED = frozenset(f"{W}{name}" for name in ("rPr", "trPr", "numPr"))
_TRACES = frozenset(
    f"{W}{name}"
    for name in (
        *("delText", "delInstrText", "cellIns", "cellDel", "cellMerge", "numberingChange"),
        *("moveFromRangeStart", "moveFromRangeEnd", "moveToRangeStart", "moveToRangeEnd"),
        *(f"customXml{what}RangeStart" for what in ("Ins", "Del", "MoveFrom", "MoveTo")),
        *(f"customXml{what}RangeEnd" for what in ("Ins", "Del", "MoveFrom", "MoveTo")),
        *("commentRangeStart", "commentRangeEnd", "commentReference", "annotationRef"),
        *(
            "permStart",
            "permEnd",
            "rsid",
            "rsids",
            "docVars",
            "dataBinding",
            "printerSettings",
            "attachedTemplate",
        ),
        *("dataBinding", "printerSettings", "attachedTemplate"),
        *("trackRevisions", "removePersonalInformation", "removeDateAndTime"),
    )
)
"""What tells of changes, remarks, sessions, permissions and the house that the file comes from."""
_PEOPLE = frozenset(f"{W}{name}" for name in ("author", "initials"))
_FOREIGN = frozenset(("dataBinding", "docId", "commentEx"))


def as_read(root: etree._Element) -> etree._Element:
    """Accept every tracked change in a part, and take out what its reader does not see."""
    _leave_out_cells(root)
    open_ended = [paragraph for paragraph in root.iter(f"{W}p") if _border_is_deleted(paragraph)]
    for element in list(root.iter(*_TAKEN_OUT)):
        remove_element(element)
    for element in list(root.iter(*_PUT_IN)):
        _unwrap(element)
    for paragraph in reversed(open_ended):
        _join(paragraph)
    for element in list(root.iter(etree.Element)):
        if _is_trace(element):
            remove_element(element)
        else:
            _forget(element)
    return root


def _leave_out_cells(root: etree._Element) -> None:
    """Take out deleted rows and cells, and what has none left."""
    gone = [row for row in root.iter(f"{W}tr") if row.find(f"{W}trPr/{W}del") is not None]
    gone += [cell for cell in root.iter(f"{W}tc") if cell.find(f"{W}tcPr/{W}cellDel") is not None]
    for element in gone:
        remove_element(element)
    for holder, held in (("tr", "tc"), ("tbl", "tr")):
        for element in list(root.iter(f"{W}{holder}")):
            if gone and next(element.iter(f"{W}{held}"), None) is None:
                remove_element(element)


def _border_is_deleted(paragraph: etree._Element) -> bool:
    marks = paragraph.find(f"{W}pPr/{W}rPr")
    return marks is not None and any(mark.tag in _TAKEN_OUT for mark in marks)


def _join(paragraph: etree._Element) -> None:
    """Let a paragraph without an end go on in the next one, whose format both have then."""
    following = paragraph.getnext()
    contents = [child for child in paragraph if child.tag != f"{W}pPr"]
    if following is None or paragraph.find(f"{W}pPr/{W}sectPr") is not None:
        return
    if following.tag == f"{W}p":
        at = 1 if following.find(f"{W}pPr") is not None else 0
        following[at:at] = contents
        remove_element(paragraph)
    elif not contents and following.tag != f"{W}sectPr":
        remove_element(paragraph)


def _is_trace(element: etree._Element) -> bool:
    name = etree.QName(element).localname
    is_change = element.tag.startswith(W) and name.endswith("Change")
    return is_change or element.tag in _TRACES or name in _FOREIGN


def _forget(element: etree._Element) -> None:
    """Take off the marks of people and of editing sessions."""
    for name in list(element.attrib):
        if name in _PEOPLE or str(name).startswith(f"{W}rsid"):
            del element.attrib[name]


def _unwrap(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        at = parent.index(element)
        parent[at : at + 1] = list(element)


def remove_element(element: etree._Element) -> None:
    """Take an element out of its part."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
