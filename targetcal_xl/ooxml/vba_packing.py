"""How a VBA project is packed: the compression and the obfuscation of [MS-OVBA] section 2.4."""

from __future__ import annotations

import struct
from collections import defaultdict

_CHUNK = 4096
_SHORTEST = 3
_SEED = 0x0B


def compress(data: bytes) -> bytes:
    """A compressed container (section 2.4.1) of chunks of 4,096 bytes each."""
    chunks = (data[at : at + _CHUNK] for at in range(0, len(data), _CHUNK))
    return b"\x01" + b"".join(map(_chunk, chunks))


def _chunk(data: bytes) -> bytes:
    """One chunk with its header: squeezed, or as it is where that would not be shorter."""
    squeezed = _squeeze(data)
    if len(squeezed) > _CHUNK:
        return struct.pack("<H", 0x3FFF) + data.ljust(_CHUNK, b"\0")
    return struct.pack("<H", 0xB000 | (len(squeezed) - 1)) + squeezed


def _squeeze(data: bytes) -> bytes:
    """Groups of eight tokens behind a byte that says which of them copy what stands earlier."""
    out, at = bytearray(), 0
    seen: dict[bytes, list[int]] = defaultdict(list)
    while at < len(data):
        flags, group = 0, bytearray()
        for bit in range(8):
            if at >= len(data):
                break
            length, source = _longest_match(data, at, seen)
            if length:
                flags |= 1 << bit
                group += struct.pack("<H", _copy_token(at, source, length))
            else:
                group.append(data[at])
            for passed in range(at, at + max(length, 1)):
                seen[data[passed : passed + _SHORTEST]].append(passed)
            at += max(length, 1)
        out += bytes([flags]) + group
    return bytes(out)


def _offset_bits(at: int) -> int:
    """How many bits of a copy token hold the offset at this place (section 2.4.1.3.19.1)."""
    return max((at - 1).bit_length(), 4)


def _copy_token(at: int, source: int, length: int) -> int:
    return ((at - source - 1) << (16 - _offset_bits(at))) | (length - _SHORTEST)


def _longest_match(data: bytes, at: int, seen: dict[bytes, list[int]]) -> tuple[int, int]:
    """Length and place of the nearest longest text before `at` that begins alike; 0 when there is none."""
    most = min((0xFFFF >> _offset_bits(at)) + _SHORTEST, len(data) - at) if at else 0
    length, found = 0, 0
    for source in reversed(seen.get(data[at : at + _SHORTEST], ())) if most >= _SHORTEST else ():
        alike = _SHORTEST
        while alike < most and data[source + alike] == data[at + alike]:
            alike += 1
        if alike > length:
            length, found = alike, source
        if length == most:
            break
    return length, found


def obfuscate(project_id: str, data: bytes) -> str:
    """Protection state as the PROJECT stream writes it (section 2.4.3), with a seed that never changes."""
    key = sum(project_id.encode("ascii")) & 0xFF
    out = [_SEED, _SEED ^ 2, _SEED ^ key]
    before_last, last, plain = out[1], out[2], key
    for byte in bytes([7] * ((_SEED & 6) // 2)) + struct.pack("<I", len(data)) + data:
        out.append(byte ^ ((before_last + plain) & 0xFF))
        before_last, last, plain = last, out[-1], byte
    return bytes(out).hex().upper()
