"""Nothing outside of the folder is read, whatever a path says or is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.formats.suites.promptfoo_files import MemoryFiles
from workbench.formats.suites import suite_files
from workbench.formats.suites.suite_files import (
    FolderFiles,
    MissingSuiteFileError,
    SuiteFileProblemError,
    inside,
    matching,
)

POSIX = pytest.mark.skipif(os.name != "posix", reason="links and pipes")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "config"
    (made / "sub").mkdir(parents=True)
    (made / "a.txt").write_text("a")
    (made / "sub" / "b.txt").write_text("b")
    (tmp_path / "secret.txt").write_text("secret")
    return made


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("../secret.txt", "is outside of the folder of the configuration"),
        ("sub/../../secret.txt", "is outside of the folder of the configuration"),
        ("sub\\..\\..\\secret.txt", "is outside of the folder of the configuration"),
        ("/etc/passwd", "is an absolute path; only files beside the configuration are read"),
        ("\\\\server\\share", "is an absolute path; only files beside the configuration are read"),
        ("C:/secret.txt", "is an absolute path; only files beside the configuration are read"),
        ("~/secret.txt", "is an absolute path; only files beside the configuration are read"),
        ("a\0b", "is not a path"),
    ],
)
def test_paths_that_lead_outside_are_refused(reference: str, said: str) -> None:
    with pytest.raises(SuiteFileProblemError, match=said):
        inside("", reference)


def test_paths_inside_are_relative_to_their_folder() -> None:
    assert inside("sub", "../a.txt") == "a.txt"
    assert inside("sub", "./x/.././b.txt") == "sub/b.txt"
    assert inside("", "sub\\b.txt") == "sub/b.txt"


def test_files_are_read_and_listed(folder: Path) -> None:
    files = FolderFiles(folder)
    (folder / ".hidden").write_text("h")
    (folder / ".git").mkdir()
    (folder / ".git" / "c").write_text("c")
    assert files.read("sub/b.txt") == b"b"
    assert files.paths("") == ("a.txt", "sub/b.txt")
    assert files.paths("sub") == ("sub/b.txt",)
    assert files.is_file("a.txt")
    assert not files.is_file("sub")
    with pytest.raises(MissingSuiteFileError):
        files.read("none.txt")
    with pytest.raises(SuiteFileProblemError):
        files.read("sub")


@POSIX
def test_links_are_not_followed(folder: Path) -> None:
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    (folder / "inner.txt").symlink_to(folder / "a.txt")
    (folder / "up").symlink_to(folder.parent)
    files = FolderFiles(folder)
    for path in ("link.txt", "inner.txt", "up/secret.txt"):
        with pytest.raises(SuiteFileProblemError, match="is a link, or in a folder that is one"):
            files.read(path)
    assert files.paths("") == ("a.txt", "sub/b.txt")
    assert matching(files, "**/*.txt") == ("a.txt", "sub/b.txt")
    assert matching(files, "up/*.txt") == ()
    assert not files.is_file("link.txt")


@POSIX
def test_pipes_and_devices_are_refused_without_waiting(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    files = FolderFiles(folder)
    with pytest.raises(SuiteFileProblemError, match="is not a file"):
        files.read("pipe.txt")
    assert "pipe.txt" not in files.paths("")


def test_large_files_are_refused_before_they_are_read(folder: Path) -> None:
    with (folder / "large.txt").open("wb") as file:
        file.truncate(suite_files.MOST_BYTES + 1)
    with pytest.raises(SuiteFileProblemError, match="has more than 20 MB"):
        FolderFiles(folder).read("large.txt")


def test_many_files_are_refused_together(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite_files, "_MOST_TOGETHER", 2)
    files = FolderFiles(folder)
    files.read("a.txt")
    files.read("a.txt")
    with pytest.raises(SuiteFileProblemError, match="together"):
        files.read("sub/b.txt")


def test_folders_with_too_many_files_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite_files, "_MOST_LISTED", 1)
    with pytest.raises(SuiteFileProblemError, match="more than 1 files"):
        FolderFiles(folder).paths("")


FILES = MemoryFiles(dict.fromkeys(("a.txt", "b.md", "p/a.txt", "p/b.txt", "p/q/c.txt"), ""))


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.txt", ["a.txt"]),
        ("**/*.txt", ["a.txt", "p/a.txt", "p/b.txt", "p/q/c.txt"]),
        ("p", ["p/a.txt", "p/b.txt"]),
        ("p/**", ["p/a.txt", "p/b.txt", "p/q/c.txt"]),
        ("{a,b}.*", ["a.txt", "b.md"]),
        ("p/[!a].txt", ["p/b.txt"]),
        ("p/[^a].txt", ["p/b.txt"]),
        ("p/?.txt", ["p/a.txt", "p/b.txt"]),
        ("[", []),
        ("*a" * 200, []),
    ],
)
def test_patterns(pattern: str, found: list[str]) -> None:
    assert list(matching(FILES, pattern)) == found


@pytest.mark.parametrize("pattern", ["{a,b}" * 10, "x" * 2_000])
def test_hostile_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(SuiteFileProblemError):
        matching(FILES, pattern)
