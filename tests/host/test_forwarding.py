"""Notes that point to the new place of a moved history."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.host.dirs import default_database, forget_word, leave_word, named_database
from workbench.host.errors import HostError


def test_forwarding_notes_are_followed_in_sequence(tmp_path: Path) -> None:
    first, second, third = (tmp_path / name for name in ("first.db", "second.db", "third é\n.db"))
    third.touch()
    leave_word(first, second)
    leave_word(second, third)
    assert named_database(first) == third
    assert default_database({"WORKBENCH_DB": str(first)}) == third


def test_existing_file_takes_precedence_over_its_forwarding_note(tmp_path: Path) -> None:
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    second.touch()
    leave_word(first, second)
    first.touch()
    assert named_database(first) == first
    first.unlink()
    forget_word(first)
    assert named_database(first) == first


def test_circular_forwarding_notes_end(tmp_path: Path) -> None:
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    leave_word(first, second)
    leave_word(second, first)
    assert named_database(first) == first


def test_missing_forwarding_target_is_reported(tmp_path: Path) -> None:
    leave_word(tmp_path / "first.db", tmp_path / "unplugged" / "first.db")
    with pytest.raises(HostError, match="Connect its disk"):
        named_database(tmp_path / "first.db")


def test_unwritable_forwarding_note_is_reported(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="would not find the history"):
        leave_word(tmp_path / "none" / "first.db", tmp_path / "second.db")
