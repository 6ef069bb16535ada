"""Reading and writing an archive: whole files or none, read back after they were written."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import PurePosixPath
from typing import Any, Final

from ..log import step
from ..problems import Problem, Refused
from ..unreached import cause_of
from .place import Location

_LOG = logging.getLogger(__name__)
_BEGUN: Final = ".targetcal-part-"
_EXTRAS: Final = {"sftp": "sshfs", "webdav": "webdav4", "webdavs": "webdav4", "s3": "s3fs"}
"""What an address needs beside the core, which has local files."""
_TIMEOUT: Final = 60


class ArchiveStore:
    """The files below an archive's folder, by their paths from there."""

    def __init__(self, place: Location, files: Any, root: str) -> None:
        self._place, self._files, self._root = place, files, root.rstrip("/")

    def close(self) -> None:
        """Take leave of the place, as far as its library does not by itself."""
        if self._is_webdav:
            self._files.client.http.close()

    def names(self) -> set[str]:
        """Every file; what a write that was cut short has left is none."""
        return {name for name in self._all() if not PurePosixPath(name).name.startswith(_BEGUN)}

    def tidy(self) -> None:
        """Take away what writes that were cut short have left."""
        for name in self._all():
            if PurePosixPath(name).name.startswith(_BEGUN):
                self.remove(name)

    def read(self, name: str) -> bytes | None:
        """A file's content; None where there is none."""
        with self._reached():
            try:
                return bytes(self._files.cat_file(self._at(name)))
            except FileNotFoundError:
                return None

    def put(self, name: str, content: bytes) -> None:
        """Write a whole file over whatever is there; raise Refused unless it is there afterwards."""
        with self._reached():
            self._written(name, content)
        if self.read(name) != content:
            raise Refused([Problem("archive_not_kept", name, {"place": self._place.address})])

    def remove(self, name: str) -> None:
        """Take a file away, if it is there."""
        with self._reached():
            try:
                self._files.rm_file(self._at(name))
            except FileNotFoundError:
                return
            self._files.invalidate_cache()

    def _all(self) -> Iterator[str]:
        with self._reached():
            self._files.invalidate_cache()
            try:
                found = self._files.find(self._root)
            except FileNotFoundError:
                found = []
        start = self._files._strip_protocol(self._root).strip("/")
        yield from sorted(path.strip("/").removeprefix(start).lstrip("/") for path in found)

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _written(self, name: str, content: bytes) -> None:
        """Beside its place first, where files can be renamed; an object is whole or not there by itself."""
        path = self._at(name)
        if self._place.scheme == "s3":
            self._files.pipe_file(path, content)
        else:
            folder, _, last = path.rpartition("/")
            self._files.makedirs(folder, exist_ok=True)
            begun = f"{folder}/{_BEGUN}{last}"
            try:
                self._begun(begun, content)
                self._move(begun, path)
            except Exception:
                with suppress(Exception):
                    self._files.rm_file(begun)
                raise
        self._files.invalidate_cache()

    def _begun(self, path: str, content: bytes) -> None:
        if self._is_webdav:  # writing refuses what is there, after a write that was cut short
            self._files.client.upload_fileobj(io.BytesIO(content), path, overwrite=True)
        else:
            self._files.pipe_file(path, content)

    def _move(self, begun: str, path: str) -> None:
        if self._is_webdav:
            self._files.client.move(begun, path, overwrite=True)
            return
        if self._place.scheme == "sftp" and self._files.exists(path):  # renaming over a file is refused
            self._files.rm_file(path)
        self._files.mv(begun, path)

    @property
    def _is_webdav(self) -> bool:
        return self._place.scheme.startswith("webdav")

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Whatever a library raises is told as a problem of ours, with its kind and never its words."""
        try:
            with step(_LOG, "work in an archive"):
                yield
        except Refused:
            raise
        except Exception as error:
            raise Refused([_unreached(self._place, error)]) from error


def _unreached(place: Location, error: Exception) -> Problem:
    return Problem("archive_unreached", place.address, {"said": cause_of(error)})


@contextmanager
def open_store(place: Location) -> Iterator[ArchiveStore]:
    """The archive at a place; raise Refused where a part of ours is missing or the place is out of reach."""
    store = _reached_store(place)
    try:
        yield store
    finally:
        store.close()


def _reached_store(place: Location) -> ArchiveStore:
    try:
        return _opened(place)
    except ImportError as error:
        fields = {"scheme": place.scheme, "library": _EXTRAS.get(place.scheme, "fsspec")}
        raise Refused([Problem("archive_extra", fields=fields)]) from error
    except Exception as error:
        raise Refused([_unreached(place, error)]) from error


def _opened(place: Location) -> ArchiveStore:
    if place.scheme == "file":
        from fsspec.implementations.local import LocalFileSystem

        return ArchiveStore(place, LocalFileSystem(), place.path)
    if place.scheme == "sftp":
        from sshfs import SSHFileSystem

        said = {"username": place.user or None, "password": place.password or None}
        known: dict[str, Any] = {key: value for key, value in said.items() if value}
        known |= {"port": place.port or 22, "connect_timeout": _TIMEOUT, "skip_instance_cache": True}
        files = SSHFileSystem(place.host, **known)
        return ArchiveStore(place, files, place.path)
    if place.scheme == "s3":
        from s3fs import S3FileSystem

        return ArchiveStore(place, S3FileSystem(skip_instance_cache=True), place.host + place.path)
    from webdav4.fsspec import WebdavFileSystem

    scheme = "https" if place.scheme == "webdavs" else "http"
    at = f":{place.port}" if place.port else ""
    auth = (place.user, place.password) if place.user else None
    options: dict[str, Any] = {"auth": auth, "timeout": _TIMEOUT, "skip_instance_cache": True}
    return ArchiveStore(place, WebdavFileSystem(f"{scheme}://{place.host}{at}", **options), place.path)
