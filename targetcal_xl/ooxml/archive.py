"""Writing a zip archive: what was packed before is copied as it is, what is new is packed."""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipInfo

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_AT_LENGTHS = 26
"""Where a local header says how long its name is, and what else it says."""
_LENGTHS = struct.Struct("<2H")
_VERSION, _UNIX, _UTF8 = 20, 3, 0x800
_LEVEL = 4
"""Of compression where none is asked for: half of the time of the usual 6, and a tenth more room."""
_OWN = 0o600 << 16
"""The rights of an entry that says nothing of any: its owner's alone."""


class Packed(NamedTuple):
    """One entry as the archive holds it; times as DOS has them."""

    name: bytes
    flags: int
    method: int
    time: int
    date: int
    crc: int
    size: int
    rights: int
    data: bytes


def packed(info: ZipInfo, data: bytes, level: int = _LEVEL) -> Packed:
    """New content of an entry, whose name, date and kind of compression stay."""
    squeezed = _deflated(data, level) if info.compress_type == ZIP_DEFLATED else data
    return _entry(info, zlib.crc32(data), len(data), squeezed)


def copied(info: ZipInfo, raw: bytes) -> Packed:
    """An entry of another archive, given whole, with its bytes as they are packed there."""
    at = info.header_offset
    name, extra = _LENGTHS.unpack_from(raw, at + _AT_LENGTHS)
    begin = at + _LOCAL.size + name + extra
    return _entry(info, info.CRC, info.file_size, raw[begin : begin + info.compress_size])


def joined(entries: list[Packed]) -> bytes:
    """The archive of these entries, in their order."""
    pieces, listed, at = list[bytes](), list[bytes](), 0
    for entry in entries:
        told = (entry.flags, entry.method, entry.time, entry.date, entry.crc, len(entry.data), entry.size)
        local = _LOCAL.pack(b"PK\x03\x04", _VERSION, *told, len(entry.name), 0)
        made = _VERSION | _UNIX << 8
        lengths = (len(entry.name), 0, 0, 0, 0)
        central = _CENTRAL.pack(b"PK\x01\x02", made, _VERSION, *told, *lengths, entry.rights, at)
        pieces += [local, entry.name, entry.data]
        listed += [central, entry.name]
        at += len(local) + len(entry.name) + len(entry.data)
    size = sum(map(len, listed))
    end = _END.pack(b"PK\x05\x06", 0, 0, len(entries), len(entries), size, at, 0)
    return b"".join([*pieces, *listed, end])


def _entry(info: ZipInfo, crc: int, size: int, data: bytes) -> Packed:
    year, month, day, hour, minute, second = info.date_time
    date, time = (year - 1980) << 9 | month << 5 | day, hour << 11 | minute << 5 | second // 2
    name, flags = info.filename.encode(), 0 if info.filename.isascii() else _UTF8
    rights = info.external_attr or _OWN
    return Packed(name, flags, info.compress_type, time, date, crc, size, rights, data)


def _deflated(data: bytes, level: int) -> bytes:
    squeeze = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return squeeze.compress(data) + squeeze.flush()
