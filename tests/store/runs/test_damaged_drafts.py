"""Damaged drafts are reported, do not block the rest, and are never overwritten silently."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.making import FULL_RESULT, LATER, NOW, lane, run, text
from workbench.core.drafts import Draft
from workbench.core.lanes import Params
from workbench.core.runs import RunSet
from workbench.store import Store, StoreError

BODIES = [
    b'{"content": 3}',
    b"",
    b"[" * 100_000,
    b'{"content": {"format": 1}, "lanes": [{"slot": 1}]}',
    b'{"content": {"format": 7, "novelty": "typed in a newer release"}}',
    b'{"half": "\xff\xfe',
]


def damage(path: Path, table: str, body: bytes, where: str = "1") -> None:
    """Overwrite a body with any bytes, without SQLite's conversion to UTF-8."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(f"UPDATE {table} SET body = CAST(? AS TEXT) WHERE {where}", (body,))
    connection.close()


def asides(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.stem}.damaged-draft-*"))


@pytest.fixture
def kept(store: Store) -> Store:
    store.add_version("p", "v1", text("one"), None, NOW).result(60)
    store.save_draft("p", Draft(text("two"), (), (lane(),)), NOW).result(60)
    return store


@pytest.mark.parametrize("body", BODIES)
def test_damaged_draft_is_reported_and_its_bytes_are_kept_in_a_file(kept: Store, path: Path, body: bytes) -> None:
    damage(path, "drafts", body)
    with pytest.raises(StoreError, match="draft of this prompt cannot be read") as caught:
        kept.draft("p")
    assert caught.value.code == "corrupt"
    assert kept.version("p", 1).content == text("one")
    file = kept.keep_damaged_draft("p")
    assert file is not None
    assert kept.keep_damaged_draft("p") == file
    kept.save_draft("p", Draft(text("mended")), NOW).result(60)
    assert kept.draft("p") == Draft(text("mended"))
    assert asides(path) == [file]
    assert file.read_bytes() == body
    assert file.stat().st_mode & 0o777 == 0o600
    assert kept.keep_damaged_draft("p") is None


def test_overwriting_a_damaged_draft_keeps_its_bytes_in_a_file(kept: Store, path: Path) -> None:
    damage(path, "drafts", BODIES[0])
    kept.save_draft("p", Draft(text("mended")), NOW).result(60)
    (file,) = asides(path)
    assert file.read_bytes() == BODIES[0]


def test_damaged_draft_that_cannot_be_copied_is_not_overwritten(kept: Store, path: Path) -> None:
    damage(path, "drafts", BODIES[0])
    file = kept.keep_damaged_draft("p")
    assert file is not None
    file.unlink()
    file.mkdir()  # makes writing under this name fail, for root too
    with pytest.raises(StoreError):
        kept.save_draft("p", Draft(text("mended")), NOW).result(60)
    file.rmdir()
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT body FROM drafts").fetchall() == [(BODIES[0].decode(),)]
    connection.close()
    kept.save_draft("p", Draft(text("mended")), NOW).result(60)
    assert file.read_bytes() == BODIES[0]


def test_valid_drafts_leave_no_files(kept: Store, path: Path) -> None:
    kept.save_draft("p", Draft(text("three")), LATER).result(60)
    assert kept.keep_damaged_draft("p") is None
    assert asides(path) == []


@pytest.mark.parametrize("body", [b"", b"{", b'{"half": "\xff', b'{"format": 2}', b'{"format": 1, "messages": 3}'])
def test_damaged_version_leaves_other_versions_usable(store: Store, path: Path, body: bytes) -> None:
    first = store.begin_run(run("r1", text("one"))).result(60)
    second = store.begin_run(run("r2", text("two"), based_on=1)).result(60)
    assert (first.version_number, second.version_number) == (1, 2)
    damage(path, "contents", body, "id = 2")
    for read in (lambda: store.version("p", 2), lambda: store.iteration_detail("r2")):
        with pytest.raises(StoreError, match="#2 cannot be read") as caught:
            read()
        assert caught.value.code == "corrupt"
        assert "Use another version" in caught.value.sentence
    assert store.version("p", 1).content == text("one")
    assert store.iteration_detail("r1").content == text("one")
    assert store.version_numbers("p") == (2, 1)
    assert [row.number for row in store.iterations("p")] == [2, 1]
    assert [label.number for label in store.version_labels("p")] == [2, 1]
    store.add_version("p", "bare", text("bare"), 2, LATER).result(60)
    damage(path, "contents", body, "id = 3")
    bare = store.timeline("p").rows[0]
    assert (bare.uid, bare.summary) == ("bare", "cannot be read")
    with pytest.raises(StoreError, match="Text 1 cannot be read"):
        store.version_detail("bare")
    third = store.begin_run(run("r3", text("three"), based_on=2)).result(60)
    assert (third.version_number, third.change.removed) == (4, 0)


@pytest.mark.parametrize("damage", ["", "\x01", '{"half": "a', "[1]", '"text"'])
def test_run_with_damaged_parts_is_read_without_them(store: Store, path: Path, damage: str) -> None:
    values = (RunSet("", "", (("order", "12"),)),)
    store.begin_run(replace(run("r", text("Hi"), lanes=(lane("A"),)), sets=values))
    store.finish_output("r.0.0", FULL_RESULT, LATER).result(60)
    with sqlite3.connect(path) as connection:
        for table, column in (
            *(("responses", "body"), ("bodies", "body"), ("steps", "body"), ("value_bodies", "body")),
            *(("lanes", "params"), ("outputs", "marks")),
        ):
            connection.execute(f"UPDATE {table} SET {column} = ?", (damage,))
    connection.close()
    detail = store.iteration_detail("r")
    (output,) = detail.outputs
    assert output.result.text == FULL_RESULT.text
    assert detail.lanes[0].lane.params == Params()
    assert output.result.marks == ()
    assert len(output.result.steps) == len(FULL_RESULT.steps)
    if damage == '{"half": "a':
        assert (output.result.response, output.result.request) == (damage, damage)
        assert detail.sets[0].values == (("damaged values", damage),)
        assert {step.text for step in output.result.steps} == {damage}
