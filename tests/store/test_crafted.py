"""Crafted histories in the terminal: each command ends with a sentence or a correct result.

The commands run in a child with bounded memory; the user's own history has to be sound afterwards.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests import depth
from tests.bench.histories import add_iterations, echo_history
from tests.fakes import crafted
from tests.fakes.crafted_child import report
from tests.store.making import LATER, NOW, done, opened, run, text
from workbench.cli.main import main
from workbench.store.merging.foreign_database import ReadingHalt
from workbench.usecases.exchange.importer import Importer

MOST_MEGABYTES = 500
MOST_SECONDS = 5
"""CPU seconds; waiting for a busy disk is not the file's fault."""
_MOST_WAITING = 120
_GROUPS = depth.pick(1, 6)
_ENGINE = "--without=run"
_OWN = ("--without=import-preview", "--without=own-search", "--without=own-show")
_LESS = (_ENGINE, "--without=backup", "--without=salvage", *_OWN)
"""Commands that other tests cover, or that differ little from the remaining ones."""
Figure = Callable[[str], None]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history to change, and beside it `own.db`, into which it is imported."""
    folder = tmp_path_factory.mktemp("crafted")
    crafted.sound_history(folder / "sound.db")
    store = opened(folder / "own.db")
    store.create_prompt("q", "Mine", NOW)
    store.begin_run(run("mine", text("my own order"), prompt="q"))
    store.finish_output("mine.0.0", done("fine"), LATER).result(60)
    store.close()
    return folder / "sound.db"


def told(sound: Path, folder: Path, kinds: Iterable[str], *options: str, size: str = "small") -> list[dict[str, Any]]:
    """Return the child's reports of all commands with these kinds."""
    homes = {f"XDG_{name}_HOME": str(folder / name) for name in ("DATA", "STATE", "CONFIG", "CACHE")}
    child = subprocess.run(
        [sys.executable, "-m", "tests.fakes.crafted_child", str(folder), str(sound), size, *options, *kinds],
        capture_output=True,
        text=True,
        timeout=1800,
        env={**os.environ, "HOME": str(folder), **homes},
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert child.returncode == 0, child.stderr[-4000:]
    return [json.loads(line) for line in child.stdout.splitlines()]


def faults(reports: Iterable[dict[str, Any]], *, timed: bool) -> list[str]:
    """Return the deviations from the required behaviour."""
    found = []
    for one in reports:
        name = f"{one['kind']} {one['command']}: "
        if "Traceback" in one["err"] or "Unexpected error" in one["err"]:
            found.append(f"{name}{one['err']}")
        if one["code"] not in (0, 1, 2):
            found.append(f"{name}code {one['code']}")
        if one["code"] and not one["err"].strip():
            found.append(f"{name}no sentence")
        if one["megabytes"] > MOST_MEGABYTES:
            found.append(f"{name}{one['megabytes']} MB")
        if timed and (one["worked"] > MOST_SECONDS or one["seconds"] > _MOST_WAITING):
            found.append(f"{name}{one['worked']} s of work, {one['seconds']} s")
        # After importing or restoring, the user's own history can still be listed and searched.
        if one["command"].startswith(("own-list", "own-search", "restored-list")) and one["code"]:
            found.append(f"{name}{one['err']}")
    return found


@pytest.mark.deep
@pytest.mark.parametrize("group", range(_GROUPS))
def test_commands_on_crafted_histories_end_with_an_error_or_a_result(sound: Path, tmp_path: Path, group: int) -> None:
    kinds = [kind for kind in crafted.ALL if kind not in crafted.SIZES][group :: depth.pick(6, 1) * _GROUPS]
    reports = told(sound, tmp_path, kinds, *_LESS)
    assert {one["kind"] for one in reports} == set(kinds)
    assert faults(reports, timed=False) == []


@pytest.mark.deep
def test_commands_on_oversized_histories_end_with_an_error_or_a_result(sound: Path, tmp_path: Path) -> None:
    kinds = list(crafted.SIZES)[:: depth.pick(3, 1)]
    assert faults(told(sound, tmp_path, kinds, _ENGINE, *_OWN), timed=False) == []


@pytest.mark.deep(only=True)
def test_commands_on_full_size_crafted_histories_end_within_five_seconds(sound: Path, figure: Figure) -> None:
    # Not in the folder of the tests, which may be in memory.
    with tempfile.TemporaryDirectory() as folder:
        reports = told(sound, Path(folder), crafted.ALL, size="large")
    slowest = max(reports, key=lambda one: one["worked"])
    largest = max(reports, key=lambda one: one["megabytes"])
    figure(
        f"{len(crafted.ALL)} crafted histories, {len(reports)} commands: at most {slowest['worked']} s"
        f" ({slowest['kind']} {slowest['command']}), {largest['megabytes']} MB ({largest['kind']} {largest['command']})"
    )
    assert faults(reports, timed=True) == []


def test_schemas_that_execute_code_are_refused_by_every_command(sound: Path, tmp_path: Path) -> None:
    kinds = ("trigger-rewrites", "view-outputs", "generated-text", "conflict-replaces", "index-on-expression")
    reports = {(one["kind"], one["command"]): one for one in told(sound, tmp_path, kinds, _ENGINE)}
    for kind in kinds:
        for command in ("list", "search", "show", "check", "backup", "import-preview", "import", "restore"):
            assert reports[kind, command]["code"] == 1, (kind, command)
            assert "history salvage" in reports[kind, command]["err"], (kind, command)
        assert reports[kind, "salvage"]["code"] == 0, kind


def test_damage_found_while_writing_or_searching_is_reported(sound: Path, tmp_path: Path) -> None:
    kinds = ("type-runs-number", "type-prompts-name", "search-documents-end", "search-index-format", "file-format")
    reports = told(sound, tmp_path, [*kinds, "newer-search-index", "search-index-emptied"], *_OWN)
    assert faults(reports, timed=False) == []
    said = {one["kind"]: one["err"] for one in reports if one["command"] == "run" and one["code"]}
    assert all("is damaged" in said[kind] for kind in ("type-runs-number", "type-prompts-name"))
    # An emptied index is rebuilt.
    (emptied,) = (one for one in reports if (one["kind"], one["command"]) == ("search-index-emptied", "search"))
    assert crafted.RUN in emptied["out"]


def test_importing_crafted_histories_keeps_the_own_history_valid(sound: Path, tmp_path: Path) -> None:
    """One after the other into the same history, which has to say of each bad row that it was left out."""
    kinds = [*crafted.VALUES, *crafted.JSON, *crafted.TEXTS]
    own = shutil.copyfile(sound.with_name("own.db"), tmp_path / "own.db")
    listed: list[str] = []
    for kind in kinds:
        theirs = tmp_path / "theirs.db"
        crafted.make(kind, theirs, sound)
        listed += _imported(own, theirs)
    assert any("is not a valid time" in one for one in listed)
    assert any("is not a valid amount" in one for one in listed)
    assert any("is unknown" in one for one in listed)
    assert any("is not a number from 0 to" in one for one in listed)
    connection = sqlite3.connect(own)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("SELECT count(*) FROM prices").fetchone() == (0,)
        # A merge adds foreign endpoints as archived, and never replaces a built-in one.
        assert connection.execute("SELECT count(*) FROM endpoints WHERE archived = 0").fetchone() == (0,)
        assert connection.execute("SELECT text FROM outputs WHERE uid = 'mine.0.0'").fetchone() == ("fine",)
    finally:
        connection.close()


def _imported(own: Path, theirs: Path) -> list[str]:
    store = opened(own)
    try:
        report = Importer(store, lambda: LATER).run(theirs, ReadingHalt(), lambda _: None)
        assert report.state == "done"
        # Listing reads all rows.
        store.prompts()
        store.iterations("q")
        return [one.sentence for one in report.listed]
    finally:
        store.close()


@pytest.fixture(scope="module")
def flippable(sound: Path) -> tuple[Path, ...]:
    """Three histories of different sizes and contents."""
    small = sound.with_name("small.db")
    store = opened(small)
    store.create_prompt("p", "Empty", NOW).result(60)
    store.close()
    large = sound.with_name("large.db")
    echo_history(large)
    add_iterations(large, 60)
    return small, sound, large


@pytest.mark.parametrize("column", ["hash", "body"])
def test_salvage_succeeds_with_a_damaged_column_name(flippable: tuple[Path, ...], tmp_path: Path, column: str) -> None:
    data = flippable[2].read_bytes()
    table = data.index(b"CREATE TABLE contents")
    at = data.index(column.encode(), table)
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(data[:at] + b"x" + data[at + 1 :])
    said = _say("salvage", ["salvage", str(tmp_path / "new.db"), "--db", str(damaged)])
    assert "Unexpected error" not in said["err"]
    assert (tmp_path / "new.db").exists()


@pytest.mark.parametrize("seed", depth.seeds(quick=12, deep=500))
def test_history_with_flipped_bits_can_be_restored_from_a_backup(
    flippable: tuple[Path, ...], tmp_path: Path, seed: int
) -> None:
    """Whatever cannot be read any more, the newest backup can be restored, and what is left be salvaged."""
    count = (1, 5, 50, 400)[seed % 4]
    source = flippable[seed % 3]
    said = {}
    for command, db in ((name, tmp_path / f"{name}.db") for name in ("list", "search", "backup", "check", "salvage")):
        shutil.copyfile(source, db)
        crafted.flip(db, seed, count)
        if seed % 2:
            # Half of them in the schema, where one bit does as much damage as a thousand elsewhere.
            crafted.flip(db, seed, 1 + seed % 3, within=slice(100, 20_000))
        arguments = {"search": ["search", "order"], "salvage": ["salvage", str(tmp_path / "new.db")]}
        said[command] = _say(command, [*arguments.get(command, [command]), "--db", str(db)])
    assert faults(said.values(), timed=False) == []
    for command in ("list", "search", "backup"):
        if "is damaged" in said[command]["err"] or "was not opened" in said[command]["err"]:
            assert "history restore newest" in said[command]["err"]
            assert "history salvage" in said[command]["err"]
    db = tmp_path / "list.db"
    folder = tmp_path / "backups"
    folder.mkdir(exist_ok=True)
    shutil.copyfile(source, folder / "list-2026-11-24T132009.456Z-kept.db")
    restored = _say("restored-list", ["restore", "newest", "--db", str(db)])
    assert restored["code"] == 0, restored["err"]
    assert "Traceback" not in restored["err"]
    assert _say("list", ["check", "--db", str(db)])["code"] == 0


def _say(command: str, arguments: list[str]) -> dict[str, Any]:
    return report("flipped", command, lambda: main(["history", *arguments], os.environ))
