"""Edits in place: offsets that are right, bytes that stay, content that is refused."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.ooxml.splice import Element, attribute_edit, insertion, outline, prove, splice
from targetcal_xl.problems import Refused

_DOCUMENT = (
    '\ufeff<?xml version="1.0" encoding="UTF-8"?>\r\n<!-- 说明 --><x:a xmlns:x="u" k="1 > 0">\r\n'
    "<x:b v='\"/>'/>文<x:b ><x:c\n/></x:b\n><![CDATA[<x:b>]]></x:a>"
).encode()

_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20)


def _all(element: Element) -> Iterator[Element]:
    yield element
    for child in element.children:
        yield from _all(child)


def test_every_element_is_found_at_its_very_bytes() -> None:
    tags = [
        (_DOCUMENT[one.start : one.inside], _DOCUMENT[one.close : one.end])
        for one in _all(outline(_DOCUMENT, "part"))
    ]
    assert tags == [
        (b'<x:a xmlns:x="u" k="1 > 0">', b"</x:a>"),
        (b"<x:b v='\"/>'/>", b""),
        (b"<x:b >", b"</x:b\n>"),
        (b"<x:c\n/>", b""),
    ]


def test_an_outline_stops_at_its_depth() -> None:
    root = outline(_DOCUMENT, "part", depth=2)
    assert [(child.name, child.prefix, child.children) for child in root.children] == [("b", "x:", [])] * 2


@given(st.lists(st.integers(0, 9), max_size=6), st.binary(min_size=10, max_size=10))
def test_pieces_put_in_leave_all_other_bytes(places: list[int], data: bytes) -> None:
    edits = [(at, at, f"<{number}>".encode()) for number, at in enumerate(places)]
    spliced = splice(data, edits)
    for _, _, new in edits:
        spliced = spliced.replace(new, b"", 1)
    assert spliced == data


def test_insertions_at_one_place_keep_their_order_and_stand_before_a_replacement() -> None:
    assert splice(b"ab", [(1, 2, b"B"), (1, 1, b"1"), (1, 1, b"2")]) == b"a12B"


def test_edits_that_overlap_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="overlapping"):
        splice(b"abc", [(0, 2, b""), (1, 3, b"")])


@given(
    st.dictionaries(st.sampled_from(["s", "r", "style", "x:s", "t"]), _TEXTS, max_size=4),
    st.sampled_from(["s", "t"]),
    st.none() | _TEXTS,
    st.sampled_from(["/>", " />", ">s='1'</c>"]),
)
def test_an_attribute_is_set_and_nothing_else(
    held: dict[str, str], name: str, value: str | None, close: str
) -> None:
    wanted = {k: v for k, v in held.items() if k != name} | ({name: value} if value is not None else {})
    tag = "<c" + "".join(f"\n{k} = {quoteattr(v)}" for k, v in held.items()) + close
    raw = tag.encode()
    changed = splice(raw, [attribute_edit(outline(raw, "part"), **{name: value})]).decode()
    read = outline(changed.encode(), "part").attributes
    assert read == wanted
    assert changed.endswith(close.strip())


def test_an_empty_element_is_opened_to_take_something_in() -> None:
    data = b'<a><x:b k="1" /></a>'
    element = outline(data, "part").children[0]
    assert splice(data, [insertion(element, element.inside, b"<c/>")]) == b'<a><x:b k="1" ><c/></x:b></a>'


def test_an_attribute_edit_is_an_edit_of_the_start_tag() -> None:
    data = b'<a><b k="1">2</b></a>'
    element = outline(data, "part").children[0]
    assert splice(data, [attribute_edit(element, k="x & y")]) == b'<a><b k="x &amp; y">2</b></a>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<a><b></a>", "file_damaged"),
        (b"", "file_damaged"),
        (b"<a>\xff</a>", "file_damaged"),
        (b"<a>\xed\xa0\x80</a>", "file_damaged"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "file_doctype"),
        (b'<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>', "file_doctype"),
        (b'<?xml version="1.0" encoding="GBK"?><a/>', "file_encoding"),
        ("<a/>".encode("utf-16"), "file_encoding"),
        ('<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16-be"), "file_encoding"),
    ],
)
def test_what_we_could_not_edit_safely_is_refused_by_name(data: bytes, code: str) -> None:
    for read in (prove, outline):
        with pytest.raises(Refused) as refused:
            read(data, "book.xlsx: part")
        (problem,) = refused.value.problems
        assert (problem.code, problem.where) == (code, "book.xlsx: part")
        assert problem.sentence("en") and problem.sentence("zh-CN")


def test_offsets_agree_with_another_parser() -> None:
    again = ElementTree.fromstring(_DOCUMENT)
    assert len(list(again.iter())) == len(list(_all(outline(_DOCUMENT, "part"))))
