"""Files beside a file of tests, which it may refer to.

Invariant: only regular files inside the folder are read, without following a link on the way, each up to a limit and
all together up to another. Paths are relative to the folder and separated by slashes. They are compared as texts, so
that reading a path and listing it agree on what is inside.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Protocol

MOST_BYTES = 20 * 2**20
"""Largest file, in bytes."""
_MOST_TOGETHER = 100 * 2**20
_MOST_LISTED = 20_000
_DEEPEST = 20
_SKIPPED = frozenset({"node_modules", "__pycache__"})
_DRIVE = re.compile(r"[A-Za-z]:")
_WILD = re.compile(r"[*?\[\]{}]")
_BRACES = re.compile(r"\{([^{}]*)\}")
_LONGEST_PATTERN = 1_000
_MOST_ALTERNATIVES = 100


class SuiteFileProblemError(Exception):
    """Raised for a file that cannot be read. The text completes "PATH …", without a full stop."""


class MissingSuiteFileError(SuiteFileProblemError):
    """Raised for a file that does not exist."""


class SuiteFiles(Protocol):
    """The files of a folder. Paths come from `inside`."""

    def read(self, path: str) -> bytes:
        """Return the content of a file. Raises SuiteFileProblemError."""

    def is_file(self, path: str) -> bool:
        """Whether a path is that of a file that can be read."""

    def paths(self, folder: str) -> tuple[str, ...]:
        """Return the paths of all files below a folder ("" for the top), sorted; links and hidden ones are left out.

        Raises SuiteFileProblemError if there are too many.
        """


def inside(folder: str, reference: str, of: str = "the configuration") -> str:
    """Return the path that a reference in a file of `folder` ("" for the top) names; `of` is that file in words.

    Raises SuiteFileProblemError for one that leads out of the folder.
    """
    text = reference.replace("\\", "/")
    if text.startswith("/") or _DRIVE.match(text) or text.startswith("~"):
        raise SuiteFileProblemError(f"is an absolute path; only files beside {of} are read")
    if "\0" in text:
        raise SuiteFileProblemError("is not a path")
    parts: list[str] = []
    for part in (*folder.split("/"), *text.split("/")):
        if part == "..":
            if not parts:
                raise SuiteFileProblemError(f"is outside of the folder of {of}")
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def is_pattern(path: str) -> bool:
    """Whether a path has wild cards."""
    return _WILD.search(path) is not None


def matching(files: SuiteFiles, pattern: str) -> tuple[str, ...]:
    """Return the paths that match a pattern with `*`, `**`, `?`, `[a-z]` and `{a,b}`, sorted.

    A folder stands for the files in it. Raises SuiteFileProblemError.
    """
    if len(pattern) > _LONGEST_PATTERN:
        raise SuiteFileProblemError("is too long a pattern")
    if files.is_file(pattern):
        return (pattern,)
    patterns = _without_braces(pattern) if is_pattern(pattern) else [f"{pattern}/*".removeprefix("/")]
    found: set[str] = set()
    for one in patterns:
        parts = one.replace("[^", "[!").split("/")
        fixed = next((number for number, part in enumerate(parts) if is_pattern(part)), len(parts) - 1)
        paths = files.paths("/".join(parts[:fixed]))
        found |= {path for path in paths if _matches(parts, path.split("/"))}
    return tuple(sorted(found))


def _without_braces(pattern: str) -> list[str]:
    """Return the patterns that one with alternatives stands for."""
    pending, done = [pattern], []
    while pending:
        one = pending.pop()
        found = _BRACES.search(one)
        if found is None:
            done.append(one)
        else:
            pending += [one[: found.start()] + choice + one[found.end() :] for choice in found[1].split(",")]
        if len(pending) + len(done) > _MOST_ALTERNATIVES:
            raise SuiteFileProblemError(f"stands for more than {_MOST_ALTERNATIVES} patterns")
    return done


def _matches(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether all parts of a path match; `**` is any number of folders, also none."""
    ends = {0}
    for number, one in enumerate(pattern):
        if one == "**":
            last = len(parts) + (number == len(pattern) - 1)
            ends = {end for start in ends for end in range(start, last)}
        else:
            ends = {start + 1 for start in ends if start < len(parts) and fnmatchcase(parts[start], one)}
    return len(parts) in ends


class FolderFiles:
    """The files of a folder on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._room = _MOST_TOGETHER
        self._paths: dict[str, tuple[str, ...]] = {}

    def is_file(self, path: str) -> bool:
        """Whether a path is that of a file that can be read."""
        try:
            opened = self._opened(path)
        except (OSError, ValueError, SuiteFileProblemError):
            return False
        try:
            return stat.S_ISREG(os.fstat(opened).st_mode)
        finally:
            os.close(opened)

    def read(self, path: str) -> bytes:
        """Return the content of a file. Raises SuiteFileProblemError."""
        try:
            with os.fdopen(self._opened(path), "rb") as file:
                about = os.fstat(file.fileno())
                if not stat.S_ISREG(about.st_mode):
                    raise SuiteFileProblemError("is not a file")
                if about.st_size > MOST_BYTES:
                    raise SuiteFileProblemError(f"has more than {MOST_BYTES // 2**20} MB")
                body = file.read(min(MOST_BYTES, self._room) + 1)
        except FileNotFoundError as error:
            raise MissingSuiteFileError("does not exist") from error
        except (OSError, ValueError) as error:
            if self._is_linked(path):
                raise SuiteFileProblemError("is a link, or in a folder that is one; links are not followed") from error
            raise SuiteFileProblemError("cannot be read") from error
        self._room -= len(body)
        if len(body) > MOST_BYTES or self._room < 0:
            raise SuiteFileProblemError(f"makes the files larger than {_MOST_TOGETHER // 2**20} MB together")
        return body

    def paths(self, folder: str) -> tuple[str, ...]:
        """Return the paths of all files below a folder, sorted. Raises SuiteFileProblemError if there are too many."""
        if folder not in self._paths:
            found: list[str] = []
            for path in self._walk(folder, 0) if not folder or not self._is_linked(folder) else ():
                found.append(path)
                if len(found) > _MOST_LISTED:
                    raise SuiteFileProblemError(f"is in a folder with more than {_MOST_LISTED:,} files")
            self._paths[folder] = tuple(sorted(found))
        return self._paths[folder]

    def _walk(self, folder: str, depth: int) -> Iterator[str]:
        with contextlib.suppress(OSError), os.scandir(self._folder / folder) as entries:
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.name.startswith("."):
                    continue
                if entry.is_file(follow_symlinks=False):
                    yield path
                elif entry.is_dir(follow_symlinks=False) and depth < _DEEPEST and entry.name not in _SKIPPED:
                    yield from self._walk(path, depth + 1)

    def _opened(self, path: str) -> int:
        """Open a file without following a link: none of its folders is opened by name once it was checked."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        *folders, name = path.split("/")
        if os.open not in os.supports_dir_fd:
            if self._is_linked(path):
                raise SuiteFileProblemError("is a link, or in a folder that is one; links are not followed")
            return os.open(self._folder / path, flags)
        at = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for folder in folders:
                inner = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
                os.close(at)
                at = inner
            return os.open(name, flags, dir_fd=at)
        finally:
            os.close(at)

    def _is_linked(self, path: str) -> bool:
        place = self._folder
        for part in path.split("/"):
            place /= part
            if place.is_symlink() or getattr(place, "is_junction", bool)():
                return True
        return False
