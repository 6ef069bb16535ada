"""A letter is signed in its two places; whatever else happens to the file is seen."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from targetcal_xl.calibration.vocabulary import SIGNATURE_MARKS, Role
from targetcal_xl.connect.stamps import post_stamp_request
from targetcal_xl.letters.font import drawing_font
from targetcal_xl.problems import Refused
from targetcal_xl.signing import (
    SignedFile,
    drawn_look,
    examination,
    examined,
    issued_part,
    opened_key,
    signature_fields,
    signed_pdf,
)
from tests.support.exploring import explores
from tests.support.letters import sample_letter
from tests.support.serving import Quiet, serving
from tests.support.signers import (
    PASSWORD,
    SIGNED,
    Certifier,
    Kind,
    letter_pdf,
    picture_of_hand,
    revocations,
    sign_as,
)
from tests.support.stamping import Authority, stamping
from tests.support.tricks import TRICKS, with_overlay

LATER = SIGNED + dt.timedelta(days=1)


@dataclass(frozen=True)
class _Signed:
    """A letter as issued, signed by the head, and by both; and who signed."""

    issued: bytes
    by_head: bytes
    by_both: bytes
    certifier: Certifier
    head: Path
    superior: Path

    def seen(self, content: bytes) -> SignedFile:
        return examined(content, [self.certifier.der])


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> _Signed:
    folder, certifier, issued = tmp_path_factory.mktemp("keys"), Certifier(), letter_pdf()
    head = certifier.person(folder / "head.p12", "顾明远", "ec")
    superior = certifier.person(folder / "superior.p12", "陈立", "rsa")
    by_head = sign_as(Role.HEAD, issued, head)
    return _Signed(
        issued, by_head, sign_as(Role.SUPERIOR, by_head, superior, LATER), certifier, head, superior
    )


def _pdfsig(content: bytes, folder: Path) -> str:
    """What poppler says of a file's signatures."""
    program = shutil.which("pdfsig")
    if program is None:
        raise RuntimeError("install poppler: apt-get install -y --no-install-recommends poppler-utils")
    (folder / "letter.pdf").write_bytes(content)
    done = subprocess.run(
        [program, "-nocert", "letter.pdf"],
        cwd=folder,
        check=False,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_each_signs_in_the_own_cell_where_nothing_is_printed(language: str) -> None:
    pdf = letter_pdf(language, 3)
    fields = signature_fields(pdf)
    assert [one.role for one in fields] == [Role.HEAD, Role.SUPERIOR]
    with pypdfium2.PdfDocument(pdf) as document:
        for one in fields:
            page = document[one.page]
            box = one.box
            inside = page.get_textpage().get_text_bounded(*box)
            assert set(inside) <= set(SIGNATURE_MARKS[one.role]) | {*"\r\n "}
            shown = page.render(scale=2, grayscale=True).to_numpy()
            rows = slice(
                int((page.get_height() - box.top) * 2) + 1, int((page.get_height() - box.bottom) * 2)
            )
            assert shown[rows, int(box.left * 2) : int(box.right * 2)].min() > 200
            name = {
                Role.HEAD: sample_letter().region.head.name,
                Role.SUPERIOR: sample_letter().region.superior.name,
            }
            above = page.get_textpage().get_text_bounded(
                left=box.left - 70, right=box.right, bottom=box.top, top=box.top + 30
            )
            assert name[one.role] in above


def test_a_letter_without_places_is_refused_by_their_marks(tmp_path: Path) -> None:
    image = Image.new("RGB", (100, 100), "white")
    image.save(tmp_path / "other.pdf")
    with pytest.raises(Refused) as refused:
        signature_fields((tmp_path / "other.pdf").read_bytes())
    assert [one.fields["mark"] for one in refused.value.problems] == [*SIGNATURE_MARKS.values()]
    with pytest.raises(Refused):
        signature_fields(b"no pdf")


def test_a_reason_that_reads_like_a_mark_is_no_place_to_sign() -> None:
    from targetcal_xl.letters import LetterTemplate
    from tests.support.letters import render

    pdf = render(sample_letter(1, "[[SIG_HEAD]]"), LetterTemplate.shipped("zh-CN"), "zh-CN").pdf
    assert [one.role for one in signature_fields(pdf)] == [Role.HEAD, Role.SUPERIOR]


def test_both_signatures_hold_here_and_for_poppler(signed: _Signed, tmp_path: Path) -> None:
    seen = signed.seen(signed.by_both)
    assert (seen.is_complete, seen.is_trusted, seen.is_altered, seen.missing) == (True, True, False, ())
    assert [(one.role, one.signer, one.signed_at) for one in seen.signatures] == [
        (Role.HEAD, "顾明远", SIGNED),
        (Role.SUPERIOR, "陈立", LATER),
    ]
    told = _pdfsig(signed.by_both, tmp_path)
    assert told.count("Signature is Valid") == 2 and "Total document signed" in told
    assert told.count("ETSI.CAdES.detached") == 2


def test_what_was_issued_is_still_the_beginning_of_what_was_signed(signed: _Signed) -> None:
    from hashlib import sha256

    digest = sha256(signed.issued).hexdigest()
    assert signed.by_head.startswith(signed.issued) and signed.by_both.startswith(signed.by_head)
    assert issued_part(signed.by_both, [digest]) == signed.issued
    assert issued_part(signed.by_both, ["0" * 64]) is None


def test_the_superior_may_sign_first(signed: _Signed) -> None:
    first = sign_as(Role.SUPERIOR, signed.issued, signed.superior)
    assert signed.seen(first).missing == (Role.HEAD,)
    assert signed.seen(sign_as(Role.HEAD, first, signed.head, LATER)).is_complete


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_the_same_is_signed_to_the_same_bytes(signed: _Signed, kind: Kind) -> None:
    key = signed.head if kind == "ec" else signed.superior
    assert sign_as(Role.HEAD, signed.issued, key) == sign_as(Role.HEAD, signed.issued, key)


def test_nothing_that_a_letter_says_of_itself_is_changed_by_signing(signed: _Signed) -> None:
    def told(pdf: bytes) -> object:
        with pypdfium2.PdfDocument(pdf) as document:
            return document.get_metadata_dict(), len(document)

    assert told(signed.by_both) == told(signed.issued)


def test_signers_whom_nobody_vouches_for_are_told_apart(signed: _Signed) -> None:
    for roots in ([], [Certifier("somebody else").der]):
        seen = examined(signed.by_both, roots)
        assert seen.is_complete and not seen.is_trusted


def test_a_certificate_that_has_run_out_when_it_is_used_vouches_for_nobody(
    signed: _Signed, tmp_path: Path
) -> None:
    until = SIGNED - dt.timedelta(days=1)
    key = signed.certifier.person(tmp_path / "old.p12", "顾明远", until=until)
    seen = signed.seen(sign_as(Role.HEAD, signed.issued, key))
    assert not seen.is_altered and not seen.is_trusted


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("state", ["by_head", "by_both"])
def test_whatever_else_is_done_to_a_signed_file_is_seen(signed: _Signed, state: str, trick: str) -> None:
    whole = getattr(signed, state)
    if (trick, state) == ("swapped", "by_head"):
        return  # there is one signature only
    seen = signed.seen(TRICKS[trick](whole))
    assert not seen.is_complete
    assert seen.is_altered or not seen.signatures


def test_a_file_that_is_cut_back_lacks_what_is_due(signed: _Signed) -> None:
    back = signed.by_both[: len(signed.by_head)]
    seen = signed.seen(back)
    assert not seen.is_complete and seen.missing == (Role.SUPERIOR,)
    assert signed.seen(signed.by_both[: len(signed.issued)]).missing == (Role.HEAD, Role.SUPERIOR)


def test_a_change_between_two_signatures_is_the_firsts_end(signed: _Signed) -> None:
    between = with_overlay(signed.by_head)
    seen = signed.seen(sign_as(Role.SUPERIOR, between, signed.superior, LATER))
    assert seen.is_altered and not seen.is_complete


def test_the_signature_of_another_letter_is_none_of_this_one(signed: _Signed) -> None:
    """The signature's bytes stand in another letter in their own place."""
    other = sign_as(Role.HEAD, letter_pdf(lines=2), signed.head)
    held = [re.search(rb"/Contents <([0-9A-Fa-f]+)>", pdf) for pdf in (signed.by_head, other)]
    assert held[0] and held[1] and len(held[0][1]) == len(held[1][1])
    mixed = other[: held[1].start(1)] + held[0][1] + other[held[1].end(1) :]
    seen = signed.seen(mixed)
    assert [one.fault for one in seen.signatures] == ["altered"]


@settings(max_examples=25 if explores() else 8, deadline=None)
@given(data=st.data())
def test_no_bit_can_be_turned(signed: _Signed, data: st.DataObject) -> None:
    """But in the room of a signature itself, where certificates and zeros say nothing of the letter."""
    whole = signed.by_both
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = bytearray(whole)
    changed[place] ^= 1 << data.draw(st.integers(0, 7))
    seen = signed.seen(bytes(changed))
    rooms = [found.span(1) for found in re.finditer(rb"/Contents <([0-9A-Fa-f]+)>", whole)]
    if not any(start <= place < end for start, end in rooms):
        assert not seen.is_complete
    elif seen.is_complete:
        assert [one.certificate for one in seen.signatures] == [
            one.certificate for one in signed.seen(whole).signatures
        ]


@settings(max_examples=20, deadline=None)
@given(cut=st.integers(0, 10**6))
def test_no_cut_leaves_a_complete_letter(signed: _Signed, cut: int) -> None:
    assert not signed.seen(signed.by_both[: cut % len(signed.by_both)]).is_complete


# Keys.


def test_a_wrong_password_is_told_and_no_more(signed: _Signed) -> None:
    with pytest.raises(Refused) as refused, opened_key(str(signed.head), lambda: "guess"):
        pass
    assert [one.code for one in refused.value.problems] == ["key_unopened"]
    assert "guess" not in str(refused.value)


def test_a_file_that_is_no_key_is_told(tmp_path: Path) -> None:
    (tmp_path / "no.p12").write_bytes(b"hello")
    for name, code in (("no.p12", "key_unopened"), ("gone.p12", "file_missing")):
        with pytest.raises(Refused) as refused, opened_key(str(tmp_path / name), lambda: ""):
            pass
        assert [one.code for one in refused.value.problems] == [code]


def test_a_key_that_is_for_something_else_is_refused(signed: _Signed, tmp_path: Path) -> None:
    from tests.support.signers import _usage

    short = rsa.generate_private_key(65537, 1024)
    weak = signed.certifier.person(tmp_path / "weak.p12", "顾明远", key=short)
    usage = _usage(key_encipherment=True)
    other = signed.certifier.person(tmp_path / "other.p12", "顾明远", usage=usage)
    for path, code in ((weak, "key_kind"), (other, "key_usage")):
        with pytest.raises(Refused) as refused, opened_key(str(path), lambda: PASSWORD):
            pass
        assert [one.code for one in refused.value.problems] == [code]


def test_a_secret_is_asked_for_only_where_one_is_needed(signed: _Signed, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12

    key = ec.generate_private_key(ec.SECP256R1())
    held = signed.certifier.certificate("顾明远", key)
    open_file = pkcs12.serialize_key_and_certificates(b"x", key, held, [], NoEncryption())
    (tmp_path / "open.p12").write_bytes(open_file)

    def nobody() -> str:
        raise AssertionError("nobody is asked")

    with opened_key(str(tmp_path / "open.p12"), nobody) as opened:
        assert len(opened.certificates) == 1


@dataclass
class _Service:
    """A signing service on this computer, that knows one key."""

    key: ec.EllipticCurvePrivateKey
    certificates: list[bytes]
    port: int = 0
    asked: int = 0
    answer: bytes | None = None
    """What is answered in place of a signature."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/keys/7"

    def signature(self, said: dict[str, str]) -> bytes:
        done = ec.ECDSA(utils.Prehashed(hashes.SHA256()))
        assert said["algorithm"] == "sha256"
        return self.key.sign(base64.b64decode(said["digest"]), done)


@contextmanager
def _serving(certifier: Certifier) -> Iterator[_Service]:
    key = ec.generate_private_key(ec.SECP256R1())
    own = certifier.certificate("顾明远", key).public_bytes(serialization.Encoding.DER)
    service = _Service(key, [own, certifier.der])

    class _Desk(Quiet):
        def do_GET(self) -> None:
            self.told({"certificates": [base64.b64encode(one).decode() for one in service.certificates]})

        def do_POST(self) -> None:
            service.asked += 1
            said = json.loads(self.asked())
            made = service.answer if service.answer is not None else service.signature(said)
            self.told({"signature": base64.b64encode(made).decode()})

        def told(self, answer: object) -> None:
            is_known = self.headers["Authorization"] == "Bearer letmein"
            self.answer(200 if is_known else 403, "application/json", json.dumps(answer).encode())

    with serving(_Desk) as service.port:
        yield service


def test_a_service_signs_a_hash_and_never_sees_the_letter(signed: _Signed, tmp_path: Path) -> None:
    with _serving(signed.certifier) as service:
        fields = signature_fields(signed.issued)
        look = Image.new("RGB", (4, 4), "white")
        with opened_key(service.address, lambda: "letmein") as key:
            done = signed_pdf(signed.issued, fields, fields[0], key, at=SIGNED, reason="x", look=look)
        assert service.asked == 1
    assert [one.fault for one in signed.seen(done).signatures] == [""] and signed.seen(done).is_trusted
    assert "Signature is Valid" in _pdfsig(done, tmp_path)


def test_a_service_that_refuses_or_signs_with_something_else_signs_nothing(signed: _Signed) -> None:
    fields, look = signature_fields(signed.issued), Image.new("RGB", (4, 4), "white")
    with _serving(signed.certifier) as service:
        with pytest.raises(Refused) as refused, opened_key(service.address, lambda: "wrong"):
            pass
        assert [one.code for one in refused.value.problems] == ["key_service"]
        service.answer = b"not a signature"
        with opened_key(service.address, lambda: "letmein") as key, pytest.raises(Refused) as refused:
            signed_pdf(signed.issued, fields, fields[0], key, at=SIGNED, reason="x", look=look)
        assert [one.code for one in refused.value.problems] == ["key_other"]
    for address, code in (
        ("http://signer.example/keys/7", "key_service_plain"),
        ("http://127.0.0.1:9/", "key_service"),
        ("smoke:signals", "key_scheme"),
    ):
        with pytest.raises(Refused) as refused, opened_key(address, lambda: ""):
            pass
        assert [one.code for one in refused.value.problems] == [code]


def test_another_package_brings_a_signing_service_by_an_entry_point(
    signed: _Signed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = tmp_path / "ours-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: ours\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(
        "[targetcal_xl.signers]\nours = own_signing_service:opened\n", encoding="utf-8"
    )
    (tmp_path / "own_signing_service.py").write_text(
        "from targetcal_xl.signing import opened_key\n\n"
        "def opened(address, secret):\n    return opened_key(address.removeprefix('ours:'), secret)\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    with opened_key(f"ours:{signed.head}", lambda: PASSWORD) as key:
        assert len(key.certificates) == 2
    sys.modules.pop("own_signing_service")


def _token(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A software token; its library."""
    found = [
        Path(place) / "softhsm/libsofthsm2.so"
        for place in ("/usr/lib", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/usr/local/lib")
    ]
    module = next((str(one) for one in found if one.exists()), "")
    program = shutil.which("softhsm2-util")
    if program is None or not module:
        raise RuntimeError("install SoftHSM: apt-get install -y --no-install-recommends softhsm2")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}/tokens\n", encoding="utf-8")
    monkeypatch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
    said = "--init-token --free --label office --so-pin 1234 --pin 4321"
    subprocess.run([program, *said.split()], check=True, capture_output=True, env=dict(os.environ))
    return module


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_key_on_a_token_signs_and_stays_there(
    signed: _Signed, kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a process of its own: a PKCS#11 library reads its settings once."""
    module = _token(tmp_path, monkeypatch)
    (tmp_path / "issued.pdf").write_bytes(signed.issued)
    script = tmp_path / "play.py"
    script.write_text(_PLAY, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), module, kind, str(tmp_path)],
        check=False, capture_output=True, encoding="utf-8", timeout=120, cwd=Path(__file__).parents[1],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    made = (tmp_path / "signed.pdf").read_bytes()
    root = (tmp_path / "root.der").read_bytes()
    seen = examined(made, [root])
    assert [(one.signer, one.fault) for one in seen.signatures] == [("顾明远", "")] and seen.is_trusted
    assert "Signature is Valid" in _pdfsig(made, tmp_path)
    assert done.stdout.split() == ["key_unopened", "key_pkcs11_keys", "key_pkcs11_address"]


_PLAY = """
import sys
from pathlib import Path
import pkcs11
from pkcs11 import Attribute, KeyType, ObjectClass
from pkcs11.util import ec as curves, rsa as primes
from cryptography.hazmat.primitives import serialization
from targetcal_xl.problems import Refused
from targetcal_xl.signing import opened_key, signature_fields, signed_pdf
from tests.support.signers import SIGNED, Certifier, _private
from PIL import Image

module, kind, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
certifier, key = Certifier(), _private(kind, 0)
(folder / "root.der").write_bytes(certifier.der)
own = certifier.certificate("顾明远", key)
inner = key.private_bytes(
    serialization.Encoding.DER,
    serialization.PrivateFormat.TraditionalOpenSSL,
    serialization.NoEncryption(),
)
decode = curves.decode_ec_private_key if kind == "ec" else primes.decode_rsa_private_key
token = pkcs11.lib(module).get_token(token_label="office")
with token.open(user_pin="4321", rw=True) as session:
    session.create_object({**decode(inner), Attribute.TOKEN: True, Attribute.LABEL: "me", Attribute.ID: b"7"})
    session.create_object({
        Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
        Attribute.TOKEN: True, Attribute.LABEL: "me", Attribute.ID: b"7",
        Attribute.SUBJECT: own.subject.public_bytes(),
        Attribute.VALUE: own.public_bytes(serialization.Encoding.DER),
    })
pdf = (folder / "issued.pdf").read_bytes()
fields = signature_fields(pdf)
said = f"pkcs11:token=office;object=me?module-path={module}"
with opened_key(said, lambda: "4321") as opened:
    look = Image.new("RGB", (4, 4), "white")
    (folder / "signed.pdf").write_bytes(
        signed_pdf(pdf, fields, fields[0], opened, at=SIGNED, reason="x", look=look)
    )
for wrong, pin in ((said, "9999"), (said.replace("me?", "you?"), "4321"), ("pkcs11:object=me", "4321")):
    try:
        with opened_key(wrong, lambda: pin):
            pass
    except Refused as refused:
        print(refused.problems[0].code)
"""


# Time stamps and looks.


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with stamping(tmp_path_factory.mktemp("office") / "own") as authority:
        yield authority


def test_an_authority_says_when_it_was_signed(signed: _Signed, office: Authority, tmp_path: Path) -> None:
    fields, look = signature_fields(signed.issued), Image.new("RGB", (4, 4), "white")
    now = dt.datetime.now(dt.UTC)
    with opened_key(str(signed.head), lambda: PASSWORD) as key:
        done = signed_pdf(
            signed.issued, fields, fields[0], key, at=now, reason="x", look=look,
            ask=lambda request: post_stamp_request(office.address, request),
        )  # fmt: skip
    [seen] = signed.seen(done).signatures
    assert seen.fault == "" and seen.stamped_at is not None
    assert abs(seen.stamped_at - now) < dt.timedelta(hours=1)
    assert not seen.is_trusted  # nobody vouches for the authority
    from cryptography import x509

    root = x509.load_pem_x509_certificate(office.root.read_bytes())
    both = [signed.certifier.der, root.public_bytes(serialization.Encoding.DER)]
    assert examined(done, both).is_trusted
    assert "Signature is Valid" in _pdfsig(done, tmp_path)


def test_a_stamped_signature_outlives_what_was_revoked_after_the_stamp(
    signed: _Signed, office: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cryptography import x509

    lists: list[bytes] = []
    now, hour = dt.datetime.now(dt.UTC), dt.timedelta(hours=1)
    monkeypatch.setattr(examination, "_latest", lambda _: now + 2 * hour)
    fields, look = signature_fields(signed.issued), Image.new("RGB", (4, 4), "white")
    with revocations(lists) as address:
        certifier = Certifier(revocations=address)
        key = str(certifier.person(tmp_path / "head.p12", "顾明远"))
        with opened_key(key, lambda: PASSWORD) as opened:
            done = signed_pdf(
                signed.issued, fields, fields[0], opened, at=now, reason="x", look=look,
                ask=lambda request: post_stamp_request(office.address, request),
            )  # fmt: skip
            number = x509.load_der_x509_certificate(opened.certificates[0]).serial_number
        root = x509.load_pem_x509_certificate(office.root.read_bytes())
        roots = [certifier.der, root.public_bytes(serialization.Encoding.DER)]
        seen = {}
        for since in (now + hour, now - hour):
            lists.append(certifier.revoked([number], since))
            [one] = examined(done, roots, online=True).signatures
            assert one.revoked_at == since.replace(microsecond=0)
            seen[since] = one.revocation
    assert [*seen.values()] == ["outlived", "revoked"]


def test_without_its_stamp_nothing_is_signed(signed: _Signed, office: Authority) -> None:
    fields, look = signature_fields(signed.issued), Image.new("RGB", (4, 4), "white")
    for answer in (b"hello", 503):
        office.answers.append(answer)
        with opened_key(str(signed.head), lambda: PASSWORD) as key, pytest.raises(Refused):
            signed_pdf(
                signed.issued, fields, fields[0], key, at=SIGNED, reason="x", look=look,
                ask=lambda request: post_stamp_request(office.address, request),
            )  # fmt: skip


@pytest.mark.parametrize("picture", [None, picture_of_hand()])
def test_words_have_room_however_long_they_are(picture: bytes | None) -> None:
    for lines in (["顾明远"], ["欧阳" * 30, "2025-01-14 10:30 UTC+08:00", "签发者：" + "某" * 60]):
        look = drawn_look(190, 34, lines, drawing_font, picture)
        assert look.size == (760, 136)
        edge = look.convert("L").crop((756, 0, 760, 136))
        assert edge.getextrema() == (255, 255)


def test_a_picture_that_is_none_is_refused() -> None:
    for picture in (b"no picture", picture_of_hand()[:60]):
        with pytest.raises(Refused) as refused:
            drawn_look(190, 34, ["x"], drawing_font, picture)
        assert [one.code for one in refused.value.problems] == ["sign_picture"]
