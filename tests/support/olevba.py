"""VBA as olevba reads it, which warns about its own libraries when it is imported."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from oletools.olevba import VBA_Parser, decompress_stream

__all__ = ["decompress", "modules_of"]


def modules_of(project: bytes) -> dict[str, str]:
    """Name -> source of every module of a `vbaProject.bin`."""
    found = VBA_Parser("vbaProject.bin", data=project).extract_macros()
    return {str(stream).removeprefix("VBA/"): str(code) for _, stream, _, code in found}


def decompress(packed: bytes) -> bytes:
    """What a compressed container holds."""
    return bytes(decompress_stream(bytearray(packed)))
