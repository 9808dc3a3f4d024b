"""Where a pack may be written, and cancelling its preparation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.usecases.packs.pack_house import House, mine
from workbench.packs.pack_contents import PackAbout
from workbench.usecases.packs.exporter import PackChoice
from workbench.usecases.packs.target import look_at
from workbench.usecases.problems import RefusedError

__all__ = ["mine"]
ABOUT = PackAbout("pack-1", "Mine")


class EnoughError(Exception):
    """Raised to cancel."""


def test_target_reports_new_empty_or_replaced(tmp_path: Path) -> None:
    assert look_at(tmp_path / "a.promptpack", ABOUT, ["p"]).words == "A new file."
    assert look_at(tmp_path / "a", ABOUT, ["p"]).words == "A new folder."
    (tmp_path / "a").mkdir()
    assert look_at(tmp_path / "a", ABOUT, ["p"]).words == "An empty folder."
    (tmp_path / "b.zip").write_bytes(b"x")
    there = look_at(tmp_path / "b.zip", ABOUT, ["p"])
    assert (there.is_replaced, there.is_refused) == (True, False)


def test_target_with_other_content_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_text("x")
    (tmp_path / "b.promptpack").mkdir()
    (tmp_path / "c").write_text("x")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "pack.yaml").write_text("format: 99\n")
    for name in ("a", "b.promptpack", "c", "d"):
        assert look_at(tmp_path / name, ABOUT, ["p"]).is_refused, name


def test_pack_folder_keeps_its_identity(mine: House, tmp_path: Path) -> None:
    mine.export(tmp_path / "out", "p", about=ABOUT)
    same = look_at(tmp_path / "out", PackAbout("", "Other name"), ["p", "q"])
    assert (same.uid, same.is_refused) == ("pack-1", False)
    assert same.words == "This folder is the pack “Mine”; files that differ are updated."
    fewer = look_at(tmp_path / "out", ABOUT, ["q"])
    assert fewer.words.endswith(" 1 of its prompts is removed.")
    assert look_at(tmp_path / "out", PackAbout("", "Other"), ["q"]).is_refused


def test_preparing_evidence_can_be_stopped(mine: House) -> None:
    heard: list[int] = []

    def watch(done: int) -> None:
        heard.append(done)
        if done == 2:
            raise EnoughError

    with pytest.raises(EnoughError):
        mine.exporter.prepare(PackAbout("", "Mine"), [PackChoice("p", "all")], with_evidence=True, watch=watch)
    assert heard == [1, 2]


def test_missing_prompt_is_refused(mine: House) -> None:
    with pytest.raises(RefusedError, match="no longer in the history"):
        mine.exporter.prepare(PackAbout("", "Mine"), [PackChoice("p", "all"), PackChoice("gone", "all")])


def test_upper_case_extension_is_written_as_a_file(mine: House, tmp_path: Path) -> None:
    path = tmp_path / "MINE.PROMPTPACK"
    assert look_at(path, ABOUT, ["p"]).words == "A new file."
    mine.exporter.write(mine.exporter.prepare(PackAbout("", "Mine"), [PackChoice("p", "all")]), path)
    assert path.is_file()


def test_read_only_history_can_be_exported(mine: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = mine.exporter.prepare(ABOUT, [PackChoice("p", "all")])
    monkeypatch.setattr(type(mine.store), "read_only", True)
    mine.exporter.write(made, tmp_path / "out.promptpack")
    assert (tmp_path / "out.promptpack").is_file()
    assert mine.store.packs.about("pack-1") is None
