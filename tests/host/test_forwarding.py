"""Notes that point to the new place of a moved history."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.host.dirs import default_database, forget_word, leave_word, named_database
from workbench.host.errors import HostError


def test_a_note_leads_on_and_so_does_the_next_one(tmp_path: Path) -> None:
    first, second, third = (tmp_path / name for name in ("first.db", "second.db", "third é\n.db"))
    third.touch()
    leave_word(first, second)
    leave_word(second, third)
    assert named_database(first) == third
    assert default_database({"WORKBENCH_DB": str(first)}) == third


def test_a_file_at_the_place_is_the_one_that_is_meant(tmp_path: Path) -> None:
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    second.touch()
    leave_word(first, second)
    first.touch()
    assert named_database(first) == first
    first.unlink()
    forget_word(first)
    assert named_database(first) == first


def test_notes_in_a_circle_end(tmp_path: Path) -> None:
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    leave_word(first, second)
    leave_word(second, first)
    assert named_database(first) == first


def test_a_place_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    leave_word(tmp_path / "first.db", tmp_path / "unplugged" / "first.db")
    with pytest.raises(HostError, match="Connect its disk"):
        named_database(tmp_path / "first.db")


def test_where_no_note_can_be_left_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="would not find the history"):
        leave_word(tmp_path / "none" / "first.db", tmp_path / "second.db")
