"""Signatures on letters: where they go, with whose key they are made, and what a signed file proves."""

from __future__ import annotations

from ..doors import on_demand

with on_demand(__name__):
    from .examination import Revocation, SeenSignature, SignedFile, examined, is_vouched
    from .fields import FIELD_NAMES, SignatureField, signature_fields
    from .key import KeyHolder, SigningKey, described_key
    from .keys import SIGNERS, key_name, opened_key
    from .look import drawn_look
    from .revisions import issued_part
    from .writing import signed_pdf

__all__ = [
    "FIELD_NAMES",
    "SIGNERS",
    "KeyHolder",
    "Revocation",
    "SeenSignature",
    "SignatureField",
    "SignedFile",
    "SigningKey",
    "described_key",
    "drawn_look",
    "examined",
    "is_vouched",
    "issued_part",
    "key_name",
    "opened_key",
    "signature_fields",
    "signed_pdf",
]
