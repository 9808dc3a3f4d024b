"""Sources of packs: a folder, or an archive of one.

Invariant: nothing is unpacked to disk. Only regular files in the folder, or plain entries of the archive, are read,
each up to a limit. A pack is refused if one of its names leads outside, or differs between systems.
"""

from __future__ import annotations

import os
import stat
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from workbench.packs.errors import PackError
from workbench.packs.pack_contents import MANIFEST
from workbench.packs.read_limits import MB, MOST_BYTES, MOST_DIRECTORY, MOST_FILES, MOST_NAME, MOST_RATIO

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

_FOLDERS = ("prompts", "cases", "evidence", "attachments")
_END, _END_SIZE, _LONGEST_COMMENT = b"PK\x05\x06", 22, 65535
_END_64, _END_64_SIZE = b"PK\x06\x07", 20
_NOT_IN_NAMES = frozenset('<>:"|?*\\') | {chr(code) for code in (*range(32), 127)}
# Names that are devices on Windows, with any suffix.
_DEVICES = frozenset({"con", "prn", "aux", "nul"} | {f"{kind}{n}" for kind in ("com", "lpt") for n in range(1, 10)})


class PackSource(Protocol):
    """An open pack; `names` are the paths of its files."""

    names: frozenset[str]

    def read(self, name: str, most: int) -> bytes:
        """Return a file of at most `most` bytes. Raises PackError."""

    def close(self) -> None:
        """Close the source."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def open_source(path: str | os.PathLike[str]) -> PackSource:
    """Open a pack, folder or archive. Raises PackError."""
    path = Path(path)
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return FolderSource(path)
        if not stat.S_ISREG(mode):
            raise PackError(f"{path} is neither a folder nor a file. Choose a pack.")
        return ArchiveSource(path)
    except (OSError, ValueError) as error:
        raise PackError(f"{path} cannot be read. Check its name and its permissions.", str(error)) from error


class _Closing:
    def close(self) -> None:
        """Close the source."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class FolderSource(_Closing):
    """A folder; files that do not belong to a pack (`.git`, a licence text) are ignored."""

    def __init__(self, path: Path) -> None:
        self._path = path
        names = set()
        for folder in ("", *_FOLDERS):
            names |= self._listed(folder)
        check_names(names)
        self.names = frozenset(names)
        self._room = MOST_BYTES

    def _listed(self, folder: str) -> set[str]:
        inside = self._path / folder
        try:
            if folder and not stat.S_ISDIR(inside.lstat().st_mode):
                raise PackError(f"{folder} in this pack is a link or a file, not a folder. Put a folder there.")
            entries = os.scandir(inside)
        except FileNotFoundError:
            return set()
        names: set[str] = set()
        with entries:
            for entry in entries:
                if not folder and not entry.name.endswith((".yaml", ".md")):
                    continue
                if entry.name.startswith("."):
                    continue
                name = f"{folder}/{entry.name}" if folder else entry.name
                if not entry.is_file(follow_symlinks=False):
                    raise PackError(f"{name} in this pack is a link, a folder or a device. Put a file in its place.")
                names.add(name)
                if len(names) > MOST_FILES:
                    raise PackError(f"This pack has more files than the limit of {MOST_FILES:,}.")
        return names

    def read(self, name: str, most: int) -> bytes:
        """Return a file of at most `most` bytes. Raises PackError."""
        try:
            with os.fdopen(self._opened(name), "rb") as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise PackError(f"{name} in this pack is not a file. Put a file in its place.")
                body = file.read(min(most, self._room) + 1)
        except FileNotFoundError as error:
            raise PackError(f"{name} is missing in this pack. Export it again.") from error
        except OSError as error:
            raise PackError(f"{name} in this pack cannot be read. Check its permissions.", str(error)) from error
        self._room -= len(body)
        return _within(body, name, most, self._room)

    def _opened(self, name: str) -> int:
        """Open a file without following a link, which may have been created since listing."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        folder, _, file = name.rpartition("/")
        if not folder or os.open not in os.supports_dir_fd:
            return os.open(self._path / name, flags)
        inside = os.open(self._path / folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            return os.open(file, flags, dir_fd=inside)
        finally:
            os.close(inside)


class ArchiveSource(_Closing):
    """A zip archive. All entries may be in one folder, as in an archive of the folder itself."""

    def __init__(self, path: Path) -> None:
        import zipfile

        self._path = path
        _check_end(path)
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error, OverflowError) as error:
            raise _damaged(path, error) from error
        try:
            entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
            _check_entries(self._zip, entries)
        except BaseException:
            self._zip.close()
            raise
        prefix = _prefix(entry.filename for entry in entries)
        self._entries = {entry.filename.removeprefix(prefix): entry for entry in entries}
        self.names = frozenset(self._entries)
        self._room = MOST_BYTES

    def read(self, name: str, most: int) -> bytes:
        """Return an entry of at most `most` bytes. Raises PackError."""
        import zipfile

        entry = self._entries.get(name)
        if entry is None:
            raise PackError(f"{name} is missing in this pack. Export it again.")
        if entry.file_size > most:
            raise _too_large(name, entry.file_size, most)
        try:
            with self._zip.open(entry) as file:
                body = file.read(min(most, self._room) + 1)
                # The checksum is verified only at the end of the entry.
                whole = not file.read(1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise _damaged(self._path, error) from error
        self._room -= len(body)
        if whole and len(body) != entry.file_size:
            raise _damaged(self._path, f"{name}: {len(body)} bytes instead of {entry.file_size}")
        return _within(body, name, most, self._room)

    def close(self) -> None:
        """Close the archive."""
        self._zip.close()


def check_names(names: Iterable[str]) -> None:
    """Raise PackError for a name that leads out of the pack, or is not valid and unique on all systems."""
    seen: dict[str, str] = {}
    for name in names:
        shown = ascii(name)[1:-1][:80]
        parts = name.split("/")
        if name.startswith("/") or ".." in parts or (len(name) > 1 and name[1] == ":"):
            raise PackError(f"This pack contains “{shown}”, a path outside of it, so nothing was read.")
        if any(
            not part or part[-1] in ". " or part[0] == " " or part.split(".")[0].lower() in _DEVICES for part in parts
        ) or not (_NOT_IN_NAMES.isdisjoint(name) and (name.isascii() or _is_seen(name))):
            raise PackError(
                f"This pack contains “{shown}”, which is not a valid file name on every system. Rename it there."
            )
        if len(name.encode("utf-8", "surrogatepass")) > MOST_NAME:
            raise PackError(f"This pack contains a name of more than {MOST_NAME} bytes (“{shown}…”). Shorten it there.")
        key, is_joined = _key(name)
        if not is_joined:
            raise PackError(f"This pack contains “{shown}”, whose accents are separate characters. Rename it there.")
        if key in seen:
            raise PackError(
                f"This pack contains both “{shown}” and “{ascii(seen[key])[1:-1][:80]}”, which are the same name on "
                "many systems. Keep one of them."
            )
        seen[key] = name


def _key(name: str) -> tuple[str, bool]:
    """Return a key equal for names that coincide on some system, and whether the name is in NFC."""
    if name.isascii():
        # ASCII names, the usual ones, avoid importing unicodedata, which takes a millisecond.
        return name.lower(), True
    import unicodedata

    key = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold())
    return key, unicodedata.normalize("NFC", name) == name


def _is_seen(name: str) -> bool:
    """Whether a name has no invisible characters and none that change the text direction."""
    import unicodedata

    return not any(unicodedata.category(character)[0] == "C" for character in name) and name.isprintable()


def _check_end(path: Path) -> None:
    """Refuse an archive by its end record, before its directory is read."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise PackError(f"This pack has {size / MB:,.0f} MB; the limit is {MOST_BYTES // MB} MB.")
    with path.open("rb") as file:
        file.seek(max(0, size - _END_64_SIZE - _END_SIZE - _LONGEST_COMMENT))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise PackError(f"{path.name} is not a pack: it is neither a folder nor a zip archive. Choose another file.")
    disk, start, here, entries, directory, _, _ = struct.unpack("<HHHHIIH", tail[at + 4 : at + _END_SIZE])
    if disk or start or here != entries:
        raise PackError("This pack is part of a split archive. Join the parts first.")
    # With a zip64 locator, Python takes the length of the directory from elsewhere.
    large = at >= _END_64_SIZE and tail.startswith(_END_64, at - _END_64_SIZE)
    if large or entries > MOST_FILES or directory > MOST_DIRECTORY:
        raise PackError(f"This pack has more files than the limit of {MOST_FILES:,}.")


def _check_entries(archive: ZipFile, entries: list[ZipInfo]) -> None:
    if len(archive.infolist()) > MOST_FILES:
        raise PackError(f"This pack has more files than the limit of {MOST_FILES:,}.")
    check_names(entry.orig_filename for entry in entries)
    check_names(entry.filename.removesuffix("/") for entry in archive.infolist() if entry.is_dir())
    total = 0
    for entry in entries:
        shown = ascii(entry.filename)[1:-1][:80]
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise PackError(f"“{shown}” in this pack is a link or a device, so nothing was read.")
        if entry.flag_bits & 0x1:
            raise PackError(f"“{shown}” in this pack is encrypted. Pack it again without a password.")
        if entry.compress_type not in (0, 8):
            raise PackError(f"“{shown}” uses a compression that is not supported. Pack it again as a plain zip.")
        if entry.file_size > MB and entry.file_size > MOST_RATIO * entry.compress_size:
            raise PackError(
                f"“{shown}” would grow from {entry.compress_size:,} to {entry.file_size:,} bytes, more than any pack "
                "needs, so nothing was read."
            )
        total += entry.file_size
    if total > MOST_BYTES:
        raise PackError(f"This pack unpacks to {total / MB:,.0f} MB; the limit is {MOST_BYTES // MB} MB.")
    end = 0
    for entry in sorted(archive.infolist(), key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise PackError("Entries of this archive overlap, so nothing was read.")
        end = entry.header_offset + 30 + len(entry.orig_filename.encode("utf-8", "replace")) + entry.compress_size


def _prefix(names: Iterable[str]) -> str:
    """Return the folder prefix common to all entries, "" for none."""
    known = list(names)
    if MANIFEST in known:
        return ""
    tops = {name.partition("/")[0] for name in known}
    top = next(iter(tops)) if len(tops) == 1 else ""
    return f"{top}/" if f"{top}/{MANIFEST}" in known else ""


def _within(body: bytes, name: str, most: int, room: int) -> bytes:
    if len(body) > most:
        raise _too_large(name, len(body), most)
    if room < 0:
        raise PackError(f"This pack is larger than the limit of {MOST_BYTES // MB} MB.")
    return body


def _too_large(name: str, size: int, most: int) -> PackError:
    least = "more than " if size == most + 1 else ""
    return PackError(
        f"{name} in this pack has {least}{(size - bool(least)) / MB:,.1f} MB; the limit is {most / MB:g} MB."
    )


def _damaged(path: Path, why: object) -> PackError:
    return PackError(f"{path.name} is damaged. Get it again.", str(why))
