"""Histories to merge, and what is in them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.store.making import FAILED, FULL_RESULT, LATER, NOW, done, lane, run, text
from tests.store.schema.old_histories import healthy
from workbench.core.cases import Case, Check
from workbench.core.drafts import Draft
from workbench.core.lanes import Endpoint
from workbench.core.runs import BesideLane, Verdict
from workbench.host.ids import new_uid
from workbench.store import Store, open_store

Make = Callable[[str], Store]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: dict[str, Store] = {}

    def open_one(name: str) -> Store:
        if name not in made:
            made[name] = open_store(tmp_path / f"{name}.db", now=NOW, uid=new_uid)
        return made[name]

    yield open_one
    for store in made.values():
        store.close()


def query(store: Store | Path, statement: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(store if isinstance(store, Path) else store.path)
    found = connection.execute(statement).fetchall()
    connection.close()
    return found


def fill(store: Store) -> None:
    """A prompt with two iterations, a retry, verdicts, tags, a draft, a file, and lanes beside a run."""
    store.create_prompt("p", "Order bot", NOW)
    lanes = (lane("A", "one"), lane("B", "two"))
    store.begin_run(run("r1", text("Where is {{order}}?", "Be kind."), lanes=lanes, note="first"))
    store.finish_output("r1.0.0", FULL_RESULT, LATER)
    store.finish_output("r1.1.0", FAILED, LATER)
    store.add_attempt("r1.1.0", "r1.again", LATER)
    store.finish_output("r1.again", done("again"), LATER)
    store.mark("r1", "v1", Verdict("winner", (0,)), ("r1.0.0", "r1.again"), LATER)
    store.curation.tag({"r1": ["launch"]})
    beside = (BesideLane("B", "r1", 1, hidden=True),)
    store.begin_run(run("r2", text("Now where?"), lanes=lanes[:1], based_on=1, beside=beside))
    store.finish_output("r2.0.0", done("there"), LATER)
    store.save_draft("p", Draft(text("typed"), (("a", "1"),), (lane("A", pinned=1), lane("B")), 2), NOW)
    store.packs.save_cases("p", [Case("c", "Late", (("order", "7"),), (Check("contains", value='"7"'),))])
    store.techniques.say("p", 1, "role", "Role", used=True)
    store.techniques.say("p", 2, "own:mine", "Mine", used=False)
    store.save_endpoint(Endpoint("e", "openai", "Mine", "http://localhost/v1"), NOW)
    store.add_blob(b"\x89PNG\r\n\x1a\nxxxx", "image/png").result(60)


def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return the data that merged histories have in common, without keys and numbers."""
    return {
        "runs": query(store, "SELECT uid, kind, started_at, note, verdict, winner FROM runs ORDER BY uid"),
        "outputs": query(
            store,
            "SELECT outputs.uid, runs.uid, lane, value_set, sample, state, text, requests.body, cost_usd FROM outputs"
            " JOIN runs ON runs.id = run_id LEFT JOIN bodies AS requests ON requests.id = request_id ORDER BY 1",
        ),
        "steps": query(
            store, "SELECT uid, seq, kind, body FROM steps JOIN outputs ON id = output_id ORDER BY uid, seq"
        ),
        "responses": query(store, "SELECT uid, body FROM responses JOIN outputs ON id = output_id ORDER BY uid"),
        "versions": query(
            store,
            "SELECT prompts.uid, hash, versions.note FROM versions JOIN prompts ON prompts.id = prompt_id"
            " JOIN contents ON contents.id = content_id ORDER BY 1, 2",
        ),
        "values": query(
            store,
            "SELECT uid, position, run_values.name, hash FROM run_values JOIN runs ON runs.id = run_id"
            " JOIN value_bodies ON value_bodies.id = values_id ORDER BY uid, position",
        ),
        "verdicts": query(
            store,
            "SELECT verdicts.uid, verdicts.kind, runs.uid, earlier.uid FROM verdicts"
            " LEFT JOIN runs ON runs.id = verdicts.run_id"
            " LEFT JOIN verdicts AS earlier ON earlier.id = verdicts.supersedes_id ORDER BY 1",
        ),
        "judged": query(
            store,
            "SELECT verdicts.uid, outputs.uid, shown, place FROM verdict_outputs"
            " JOIN verdicts ON verdicts.id = verdict_id JOIN outputs ON outputs.id = output_id ORDER BY 1, 2",
        ),
        "cases": query(
            store,
            "SELECT prompts.uid, cases.uid, cases.name, hash, checks FROM cases JOIN prompts ON prompts.id = prompt_id"
            " JOIN value_bodies ON value_bodies.id = values_id ORDER BY 1, 2",
        ),
        "tags": query(
            store,
            "SELECT uid, name FROM run_tags JOIN runs ON runs.id = run_id JOIN tags ON tags.id = tag_id ORDER BY 1, 2",
        ),
        "beside": query(
            store,
            "SELECT runs.uid, slot, origins.uid, place FROM run_beside JOIN runs ON runs.id = run_id"
            " JOIN runs AS origins ON origins.id = from_run_id ORDER BY 1, 2",
        ),
        "techniques": query(
            store,
            "SELECT hash, technique, version_techniques.name, brought, used FROM version_techniques"
            " JOIN versions ON versions.id = version_id JOIN contents ON contents.id = content_id ORDER BY 1, 2",
        ),
        "prompts": query(store, "SELECT uid, name, iterations FROM prompts ORDER BY uid"),
        "blobs": query(store, "SELECT hash FROM blobs ORDER BY hash"),
    }


def sound(store: Store) -> None:
    store.close()
    healthy(store.path)
