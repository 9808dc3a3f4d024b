"""A file that a person names is read without waiting for anybody."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workbench.host.files import read_file


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"abc")
    assert read_file(file, 3) == b"abc"
    with pytest.raises(OSError, match="larger"):
        read_file(file, 2)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    (tmp_path / "itself").symlink_to(tmp_path / "itself")
    for name in ("pipe", "zero", "itself", "missing", "."):
        with pytest.raises(OSError, match=r"\w"):
            read_file(tmp_path / name, 10)
