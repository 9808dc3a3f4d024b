"""After a purge no pack names the deleted prompts, neither in stored imports nor in those that could be undone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.making import LATER, NOW, opened, text, uids
from workbench.core.cases import Case
from workbench.core.drafts import Draft
from workbench.store import Store, StoreError
from workbench.store.maintenance.history_purge import PurgeTargets
from workbench.store.merging.pack_import_store import LAST, ArrivingPrompt, ArrivingVersion, PackArrival
from workbench.store.sqlite import sqlite3


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = opened(tmp_path / "history.db")
    yield store
    store.close()


def bring(store: Store, *names: str) -> None:
    """Import a pack of these prompts, each with a version and a case."""
    body = json.dumps({"name": "Bots", "prompts": [{"uid": name, "slug": f"slug-{name}"} for name in names]})
    arriving = [
        ArrivingPrompt(
            f"f-{name}",
            name,
            f"Bot {name}",
            new=True,
            versions=(ArrivingVersion(f"v-{name}", f"h-{name}", text(f"Ask {name}")),),
            draft=Draft(text(f"Ask {name}"), based_on=1),
            cases=((f"f-{name}:c", Case("same", "A case")),),
        )
        for name in names
    ]
    store.packs.arrive(PackArrival("pack", body, "/tmp/bots", tuple(arriving)), NOW).result()


def purge(store: Store, *prompts: str) -> None:
    store.deleting.purge(PurgeTargets(prompts=prompts), LATER, uids("purge"))


def rows(store: Store, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(f"file:{store.path}?mode=ro", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_purged_prompt_is_removed_from_its_pack_and_origins(store: Store) -> None:
    bring(store, "secret-a", "b")
    purge(store, "secret-a")
    about = store.packs.about("pack")
    assert about is not None
    assert [one["uid"] for one in about["prompts"]] == ["b"]
    said = store.get_meta(LAST)
    assert said is not None
    assert [one["uid"] for one in json.loads(said)["prompts"]] == ["b"]
    assert store.packs.origins("prompt") == {"f-b": "b"}
    assert set(store.packs.origins("version").values()) == {"v-b"}
    # The cases of both have the same uid.
    assert set(store.packs.origins("case")) == {"f-b:c"}
    store.packs.take_back().result()
    assert store.prompts() == []


def test_pack_with_only_purged_prompts_is_removed_with_its_undo(store: Store) -> None:
    bring(store, "secret-a")
    purge(store, "secret-a")
    assert store.packs.known() == []
    assert store.get_meta(LAST) is None
    assert rows(store, "SELECT * FROM origins") == []
    with pytest.raises(StoreError, match="nothing was imported"):
        store.packs.take_back().result()
    store.deleting.clean()
    assert b"secret-a" not in b"".join(file.read_bytes() for file in store.path.parent.glob("history.db*"))


def test_undoing_a_pack_update_does_not_restore_a_purged_prompt(store: Store) -> None:
    bring(store, "secret-a", "b")
    late = ArrivingPrompt("f-b", "b", "Bot b", new=False, versions=(ArrivingVersion("v2", "h2", text("More")),))
    body = json.dumps({"name": "Bots", "prompts": [{"uid": "b", "slug": "slug-b"}]})
    store.packs.arrive(PackArrival("pack", body, "/tmp/bots", (late,)), NOW).result()
    purge(store, "secret-a")
    store.packs.take_back().result()
    about = store.packs.about("pack")
    assert about is not None
    assert [one["uid"] for one in about["prompts"]] == ["b"]
    assert [version.number for version in store.versions("b")] == [1]
