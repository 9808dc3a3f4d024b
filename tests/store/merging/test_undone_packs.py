"""The data of an undone import leaves the file with the next purge."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.making import LATER, NOW, opened, run, text, uids
from workbench.core.blocks import Attachment
from workbench.core.cases import Case
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.store import Store
from workbench.store.maintenance.history_purge import PurgeTargets
from workbench.store.merging.pack_import_store import ArrivingPrompt, ArrivingVersion, PackArrival
from workbench.store.sqlite import sqlite3

FILE = b"SECRET-FILE" * 40


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = opened(tmp_path / "history.db")
    yield store
    store.close()


def count(store: Store, table: str, where: str = "1") -> int:
    connection = sqlite3.connect(f"file:{store.path}?mode=ro", uri=True)
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()[0])
    finally:
        connection.close()


def test_next_purge_removes_texts_and_files_of_an_undone_import(store: Store) -> None:
    store.create_prompt("mine", "Mine", NOW)
    store.begin_run(run("r", text("Kept text"), prompt="mine")).result(60)
    store.create_prompt("old", "Old", NOW).result(60)
    attached = Attachment(hashlib.sha256(FILE).hexdigest(), "text/plain", "a.txt")
    content = Content((Message("user", "SECRET-TEXT {{order}}", (attached,)),))
    arriving = ArrivingPrompt(
        "f",
        "theirs",
        "Theirs",
        new=True,
        versions=(ArrivingVersion("v", "h", content),),
        draft=Draft(content, based_on=1),
        cases=(("f:c", Case("c", "A case", (("order", "SECRET-VALUE"),))),),
    )
    body = json.dumps({"name": "Bots", "prompts": [{"uid": "theirs", "slug": "theirs"}]})
    store.packs.arrive(PackArrival("pack", body, "/tmp/bots", (arriving,), ((FILE, "text/plain"),)), NOW).result(60)
    assert count(store, "blobs") == 1
    store.packs.take_back().result(60)
    store.deleting.purge(PurgeTargets(prompts=("old",)), LATER, uids("purge"))
    store.deleting.clean()
    assert count(store, "blobs") == 0
    assert count(store, "contents") == 1
    raw = b"".join(file.read_bytes() for file in store.path.parent.glob("history.db*"))
    assert b"SECRET" not in raw
    assert b"Kept text" in raw
