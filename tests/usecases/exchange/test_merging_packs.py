"""Packs keep their identity in a history that another one was merged into."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.store.making import NOW
from tests.usecases.exchange.merge_making import fill
from tests.usecases.exchange.test_llm import take
from workbench.host.ids import new_uid
from workbench.packs.pack_contents import PackAbout
from workbench.store import Store, open_store
from workbench.usecases.packs.exporter import PackChoice, PackExporter

Make = Callable[[str], Store]
HASH = "a" * 64


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: dict[str, Store] = {}

    def open_one(name: str) -> Store:
        return made.setdefault(name, open_store(tmp_path / f"{name}.db", now=NOW, uid=new_uid))

    yield open_one
    for store in made.values():
        store.close()


def export(store: Store, path: Path, about: PackAbout | None = None) -> dict[str, bytes]:
    """Export the prompt with the suggested settings; return the files."""
    exporter = PackExporter(store, new_uid, lambda: NOW)
    about = about or exporter.known(["p"]) or PackAbout("", "Nobody knew it")
    exporter.write(exporter.prepare(about, [PackChoice("p", "all")]), path)
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


def said(uid: str = "p", slug: str = "bot", **more: Any) -> str:
    one = {"uid": uid, "slug": slug, "description": "", "main": HASH, "versions": [HASH], "standing": None, **more}
    return json.dumps({"name": "Bots", "description": "", "licence": "", "author": "", "prompts": [one]})


def remember(store: Store, uid: str, body: str) -> None:
    store.packs.remember(uid, json.loads(body), NOW).result(60)


def test_pack_is_exported_unchanged_after_a_merge(make: Make, tmp_path: Path) -> None:
    mine, theirs = make("mine"), make("theirs")
    fill(theirs)
    before = export(theirs, tmp_path / "theirs", PackAbout("", "Shop bots", "For the shop", "MIT", "Ada"))
    # The file name comes from the first export, even if the prompt was renamed.
    theirs.rename_prompt("p", "Shipping bot", NOW).result(60)
    before = export(theirs, tmp_path / "theirs")
    take(mine, theirs.path)
    assert export(mine, tmp_path / "mine") == before
    take(mine, theirs.path)
    assert len(mine.packs.known()) == 1


def test_existing_pack_record_is_kept(make: Make) -> None:
    mine, theirs = make("mine"), make("theirs")
    fill(theirs)
    remember(theirs, "pack", said(slug="theirs"))
    take(mine, theirs.path)
    remember(mine, "pack", said(slug="mine"))
    take(mine, theirs.path)
    [(_, body)] = mine.packs.known()
    assert body["prompts"][0]["slug"] == "mine"


@pytest.mark.parametrize(
    "body",
    [
        said(slug="../../outside"),
        said(slug="/etc/passwd"),
        said(slug=7),  # type: ignore[arg-type]
        said(versions=["../x"]),
        said(versions=7),
        said(main=["x"]),
        said(standing={"verdicts": "many"}),
        said(standing=[1]),
        said(description={}),
        said(uid="nobody"),
        json.dumps({"name": 7, "prompts": []}),
        json.dumps({"name": "x", "prompts": [said(), "x"]}),
        json.dumps({"name": "x", "prompts": {}}),
        json.dumps({"name": "x"}),
        json.dumps([]),
        json.dumps("x" * 5_000_000),
    ],
)
def test_invalid_pack_records_are_skipped(make: Make, tmp_path: Path, body: str) -> None:
    mine, theirs = make("mine"), make("theirs")
    fill(theirs)
    remember(theirs, "odd", body)
    remember(theirs, "sound", said(slug="sound"))
    report = take(mine, theirs.path)
    assert report.state == "done"
    assert [uid for uid, _ in mine.packs.known()] == ["sound"]
    assert "prompts/sound.prompt.yml" in export(mine, tmp_path / "out")
