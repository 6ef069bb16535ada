"""Damaged files of every kind, from a seed: what disks, programs and attackers do to a workbook."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from random import Random

Parts = dict[str, bytes]
Mutation = Callable[[Random, Parts], Parts]

_TAG = re.compile(rb"<[A-Za-z][^<>]*>")
_ATTRIBUTE = re.compile(rb"""\s[\w:]+=("[^"]*"|'[^']*')""")
_TEXT = re.compile(rb">([^<>]+)<")
_NASTY = [
    b"",
    b"0",
    b"-1",
    b"1e999",
    b"nan",
    b"2_20",
    b"9" * 400,
    b"A1:B2",
    b"1:2",
    b"$A$1",
    b"x" * 40_000,
    b"&#0;",
    b"&amp;",
    b"#REF!",
    b"true",
    b"\xff",
    b"\xe5\xa4\xa7",
    b"../../x",
    b"inlineStr",
    b"shared",
    b"array",
    b"t",
    b" 1 ",
    b"_x0000_",
    b"A0",
    b"XFE1",
    b"&nbsp;",
    b"]]>",
    b"1048577",
    b"-",
    b"&#xD800;",
]


def mutants(raw: bytes, seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    """What was done, and the file after it."""
    random = Random(seed)
    with zipfile.ZipFile(BytesIO(raw)) as file:
        held = {name: file.read(name) for name in file.namelist()}
    kinds = list(_IN_PARTS)
    for number in range(count):
        if number % 5 == 4:
            yield f"{seed}/{number} archive", _damaged_archive(random, raw)
            continue
        kind, changed = random.choice(kinds), held
        for _ in range(random.choice((1, 1, 2))):
            changed = kind(random, changed)
        yield f"{seed}/{number} {kind.__name__}", _zipped(changed)


def _zipped(held: Parts) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in held.items():
            file.writestr(name, data)
    return out.getvalue()


def _damaged_archive(random: Random, raw: bytes) -> bytes:
    """Bytes flipped anywhere or in the directory, or the file cut, doubled, or with a hole."""
    data, at = bytearray(raw), random.randrange(len(raw))
    directory = raw.find(b"PK\x01\x02")
    kind = random.randrange(6)
    if kind == 0:
        return raw[:at]
    if kind == 1:
        return raw[:at] + raw[at + random.randrange(1, 64) :]
    if kind == 2:
        return raw[at:] + raw[:at]
    for _ in range(random.choice((1, 4))):
        at = random.randrange(directory, len(raw)) if kind in (3, 4) else random.randrange(len(raw))
        data[at] = random.randrange(256)
    return bytes(data)


def _some(random: Random, held: Parts) -> str:
    """A part of XML, more often one of those that are read."""
    names = [name for name in held if name.endswith((".xml", ".rels"))]
    read = [name for name in names if re.search(r"workbook|sheet\d|Strings|styles|Types|\.rels", name)]
    return random.choice(read if read and random.random() < 0.9 else names or list(held))


def _with(held: Parts, name: str, data: bytes) -> Parts:
    return {**held, name: data}


def _spans(random: Random, data: bytes, pattern: re.Pattern[bytes], group: int = 0) -> tuple[int, int]:
    found = list(pattern.finditer(data))
    return random.choice(found).span(group) if found else (0, 0)


def _flip_a_byte(random: Random, held: Parts) -> Parts:
    name = _some(random, held)
    data = bytearray(held[name] or b" ")
    data[random.randrange(len(data))] = random.randrange(256)
    return _with(held, name, bytes(data))


def _cut_a_part(random: Random, held: Parts) -> Parts:
    name = _some(random, held)
    return _with(held, name, held[name][: random.randrange(len(held[name]) + 1)])


def _drop_a_part(random: Random, held: Parts) -> Parts:
    gone = random.choice(list(held))
    return {name: data for name, data in held.items() if name != gone}


def _swap_two_parts(random: Random, held: Parts) -> Parts:
    one, other = _some(random, held), _some(random, held)
    return {**held, one: held[other], other: held[one]}


def _rename_a_part(random: Random, held: Parts) -> Parts:
    old = random.choice(list(held))
    new = random.choice([old.upper(), old.replace("/", "\\"), "x/" + old, old + "x", "/" + old, "xl/ü.xml"])
    return {new if name == old else name: data for name, data in held.items()}


def _drop_a_tag(random: Random, held: Parts) -> Parts:
    name = _some(random, held)
    start, end = _spans(random, held[name], _TAG)
    return _with(held, name, held[name][:start] + held[name][end:])


def _element(random: Random, data: bytes) -> tuple[int, int]:
    """From a start tag to what looks like its end."""
    start, end = _spans(random, data, _TAG)
    tag = data[start + 1 : end].split()[0].rstrip(b"/>") if end else b""
    if data[end - 2 : end] == b"/>" or not tag:
        return start, end
    close = data.find(b"</" + tag + b">", end)
    return (start, close + len(tag) + 3) if close >= 0 else (start, end)


def _drop_an_element(random: Random, held: Parts) -> Parts:
    name = _some(random, held)
    start, end = _element(random, held[name])
    return _with(held, name, held[name][:start] + held[name][end:])


def _double_an_element(random: Random, held: Parts) -> Parts:
    name = _some(random, held)
    start, end = _element(random, held[name])
    return _with(held, name, held[name][:end] + held[name][start:end] + held[name][end:])


def _move_an_element(random: Random, held: Parts) -> Parts:
    name = _some(random, held)
    data = held[name]
    start, end = _element(random, data)
    rest = data[:start] + data[end:]
    at, _ = _spans(random, rest, _TAG)
    return _with(held, name, rest[:at] + data[start:end] + rest[at:])


def _empty_an_element(random: Random, held: Parts) -> Parts:
    name = _some(random, held)
    start, end = _element(random, held[name])
    tag = held[name][start:end].partition(b">")[0].rstrip(b"/")
    return _with(held, name, held[name][:start] + (tag + b"/>" if tag else b"") + held[name][end:])


def _rename_an_element(random: Random, held: Parts) -> Parts:
    name = _some(random, held)
    start, end = _spans(random, held[name], _TAG)
    tag = held[name][start + 1 : end].split()[0].rstrip(b"/>") if end else b"x"
    new = random.choice([b"x", b"v", b"c", b"row", b"is", b"t", b"f", b"sheetData", tag.upper(), b"y:" + tag])
    named = re.compile(rb"(</?)" + re.escape(tag) + rb"(?=[\s/>])")
    return _with(held, name, named.sub(rb"\1" + new, held[name], random.choice((0, 2))))


def _drop_an_attribute(random: Random, held: Parts) -> Parts:
    name = _some(random, held)
    start, end = _spans(random, held[name], _ATTRIBUTE)
    return _with(held, name, held[name][:start] + held[name][end:])


def _double_an_attribute(random: Random, held: Parts) -> Parts:
    name = _some(random, held)
    start, end = _spans(random, held[name], _ATTRIBUTE)
    return _with(held, name, held[name][:end] + held[name][start:end] + held[name][end:])


def _change_an_attribute(random: Random, held: Parts) -> Parts:
    name = _some(random, held)
    start, end = _spans(random, held[name], _ATTRIBUTE, 1)
    return _with(held, name, held[name][: start + 1] + random.choice(_NASTY) + held[name][max(end - 1, 0) :])


def _change_a_text(random: Random, held: Parts) -> Parts:
    name = _some(random, held)
    start, end = _spans(random, held[name], _TEXT, 1)
    return _with(held, name, held[name][:start] + random.choice(_NASTY) + held[name][end:])


def _put_in_something_odd(random: Random, held: Parts) -> Parts:
    name = _some(random, held)
    _, at = _spans(random, held[name], _TAG)
    odd = random.choice(
        [
            b"<!-- x -->",
            b"<?x y?>",
            b"<![CDATA[x]]>",
            b"x",
            b"<x/>",
            b"<v>1</v>",
            b"<f t='shared' si='9'/>",
            b"<row/>",
            b"<!DOCTYPE a>",
            b"\x00",
            b"<c r='A1'/>",
            b"<is><t>x</t></is>",
            b"<x>" * 300 + b"</x>" * 300,
            b"<sheetData/>",
            b"<f t='array' ref='A1:XFD1048576'>1</f>",
            b"<mergeCell ref='A1:B9'/>",
            b"<sheetProtection/>",
            b"<dimension/>",
        ]
    )
    return _with(held, name, held[name][:at] + odd + held[name][at:])


def _encode_anew(random: Random, held: Parts) -> Parts:
    name = _some(random, held)
    said = held[name].decode("utf-8", "replace")
    code = random.choice(["utf-16", "utf-16-le", "utf-8-sig", "gb18030", "utf-32", "latin-1"])
    return _with(held, name, said.encode(code, "replace"))


_IN_PARTS: tuple[Mutation, ...] = (
    _flip_a_byte,
    _cut_a_part,
    _drop_a_part,
    _swap_two_parts,
    _rename_a_part,
    _drop_a_tag,
    _drop_an_element,
    _double_an_element,
    _move_an_element,
    _empty_an_element,
    _rename_an_element,
    _drop_an_attribute,
    _double_an_attribute,
    _change_an_attribute,
    _change_an_attribute,
    _change_a_text,
    _change_a_text,
    _put_in_something_odd,
    _encode_anew,
)
