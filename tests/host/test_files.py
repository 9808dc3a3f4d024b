"""Reading a file that the user names never blocks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workbench.host.files import open_to_append, read_file


def test_file_is_read_up_to_the_size_limit(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"abc")
    assert read_file(file, 3) == b"abc"
    with pytest.raises(OSError, match="larger"):
        read_file(file, 2)


def test_pipes_devices_directories_and_missing_files_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    (tmp_path / "itself").symlink_to(tmp_path / "itself")
    for name in ("pipe", "zero", "itself", "missing", "."):
        with pytest.raises(OSError, match=r"\w"):
            read_file(tmp_path / name, 10)


def test_appended_log_is_private_to_its_owner(tmp_path: Path) -> None:
    file = tmp_path / "crash.log"
    for text in (b"one ", b"two"):
        with os.fdopen(open_to_append(file), "ab") as stream:
            stream.write(text)
    assert file.read_bytes() == b"one two"
    assert file.stat().st_mode & 0o777 == 0o600


def test_append_refuses_pipes_and_symbolic_links(tmp_path: Path) -> None:
    other, pipe = tmp_path / "other", tmp_path / "pipe"
    other.write_bytes(b"mine")
    (tmp_path / "link").symlink_to(other)
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        for name in ("link", "pipe"):
            with pytest.raises(OSError):
                open_to_append(tmp_path / name)
    finally:
        os.close(reader)
    assert other.read_bytes() == b"mine"
