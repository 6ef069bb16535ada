"""LibreOffice makes a PDF without reaching for anything outside the file."""

from __future__ import annotations

import http.server
import io
import sys
import threading
from collections.abc import Callable, Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from targetcal_xl.letters import office, office_pdf
from targetcal_xl.letters.office import office_pdfs
from targetcal_xl.problems import DataProblems
from tests.support.letters import changed, pdf_text, sample_files, with_paragraph

RELS = "word/_rels/document.xml.rels"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


class _Served(http.server.ThreadingHTTPServer):
    """A server on this computer, and what it was asked for."""

    asked: list[str]


class _Picture(http.server.BaseHTTPRequestHandler):
    server: _Served

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        out = io.BytesIO()
        Image.new("RGB", (8, 8), "red").save(out, "PNG")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(out.getvalue())

    do_HEAD = do_OPTIONS = do_PROPFIND = do_GET

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def served() -> Iterator[_Served]:
    with _Served(("127.0.0.1", 0), _Picture) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def _reaching(address: str) -> bytes:
    """A letter with a remote picture, a field that includes one, a remote template, and a linked section."""
    link = (
        '<Relationship Id="rId9{k}" Type="{office}/{kind}" Target="{address}/{kind}" TargetMode="External"/>'
    )
    kinds = ("image", "attachedTemplate", "subDocument", "oleObject")
    links = "".join(
        link.format(k=k, office=OFFICE, kind=kind, address=address) for k, kind in enumerate(kinds)
    )
    docx = changed("</Relationships>", links + "</Relationships>", RELS, sample_files().docx)
    docx = changed('<a:blip r:embed="rId11"/>', '<a:blip r:link="rId90"/>', docx=docx)
    instruction = f" INCLUDEPICTURE &quot;{address}/field&quot; \\d "
    field = f'<w:fldSimple w:instr="{instruction}"><w:r><w:t>甲</w:t></w:r></w:fldSimple>'
    docx = changed("<w:body>", f"<w:body><w:p>{field}</w:p>", docx=docx)
    shape = f'<v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:imagedata src="{address}/vml"/></v:shape>'
    vml = f"<w:r><w:pict>{shape}</w:pict></w:r>"
    return with_paragraph(vml, docx)


@pytest.mark.parametrize("may_unshare", [True, False])
def test_nothing_is_asked_of_a_server(
    served: _Served, may_unshare: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if not may_unshare:
        monkeypatch.setattr(office, "_cut_off", tuple)
    made = office_pdf(_reaching(f"http://127.0.0.1:{served.server_port}"))
    assert "华东大区" in pdf_text(made)
    assert served.asked == []


def test_the_server_would_have_been_asked(served: _Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without what keeps it from the network, LibreOffice fetches the picture: the test above can fail."""
    monkeypatch.setattr(office, "_cut_off", tuple)
    monkeypatch.setattr(office, "_PROXIES", {})
    monkeypatch.setattr(office, "_SETTINGS", {})
    office_pdf(_reaching(f"http://127.0.0.1:{served.server_port}"))
    assert served.asked != []


def _word(monkeypatch: pytest.MonkeyPatch, convert: Callable[[Path], None]) -> None:
    """A computer with Word and docx2pdf, and without LibreOffice."""
    library = ModuleType("docx2pdf")
    library.__spec__ = ModuleSpec("docx2pdf", None)
    vars(library)["convert"] = lambda folder, out, keep_active: convert(Path(out)) if keep_active else None
    monkeypatch.setitem(sys.modules, "docx2pdf", library)
    monkeypatch.setattr(office, "find_soffice", lambda: None)


def test_where_there_is_word_alone_it_makes_the_pdfs_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    def saved(folder: Path) -> None:
        for docx in folder.glob("*.docx"):
            docx.with_suffix(".pdf").write_bytes(b"%PDF of " + docx.read_bytes())

    _word(monkeypatch, saved)
    assert office_pdfs([b"one", b"two"]) == [b"%PDF of one", b"%PDF of two"]


@pytest.mark.parametrize("error", [OSError("Word is busy"), SystemExit(1)])
def test_what_word_does_not_make_is_named_and_keeps_none_of_the_others(
    monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def stopped(folder: Path) -> None:
        (folder / "0.pdf").write_bytes(b"%PDF")
        raise error

    _word(monkeypatch, stopped)
    made, failed = office_pdfs([b"one", b"two"])
    assert made == b"%PDF"
    assert isinstance(failed, DataProblems)
    assert [(one.code, str(error) in str(one.fields["said"])) for one in failed.problems] == [
        ("letter_word_failed", True)
    ]
