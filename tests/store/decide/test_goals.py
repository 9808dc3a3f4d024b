"""Goals: stored once per prompt, merged, and never invented."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.making import LATER, NOW
from tests.store.schema.old_histories import restore_as
from workbench.core.decide.goals import CostFigures, DecideGoals
from workbench.core.decide.goals_json import goals_from_json, goals_to_json
from workbench.store import Store, StoreError
from workbench.store.database_file import OpenedDatabase
from workbench.store.errors import failure

FULL = DecideGoals(
    target=0.9,
    margin=0.05,
    volume=12_000,
    budget_usd=300,
    p95_limit_ms=4_000,
    gain_usd=0,
    can_label=True,
    can_train=False,
    has_gpu=False,
    routes=("own", "together"),
    costs=CostFigures(training_usd=0.5, epochs=3, hosting_usd=5840, hit_rate=0.9, batch_share=0),
)


def test_goals_are_stored_by_prompt_and_replaced(store: Store) -> None:
    store.create_prompt("q", "Other", NOW)
    assert store.decide.goals("p") == DecideGoals()
    store.decide.save_goals("p", FULL, NOW).result(60)
    assert store.decide.goals("p") == FULL
    assert store.decide.goals("q") == DecideGoals()
    store.decide.save_goals("p", DecideGoals(can_serve=False), LATER).result(60)
    assert store.decide.goals("p") == DecideGoals(can_serve=False)


def test_goals_without_an_answer_leave_no_row(store: Store, path: Path) -> None:
    store.decide.save_goals("p", FULL, NOW)
    store.decide.save_goals("p", DecideGoals(), LATER).result(60)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM decide_goals").fetchone() == (0,)


def test_no_route_and_no_answer_about_routes_differ() -> None:
    assert goals_from_json(goals_to_json(DecideGoals(routes=()))).routes == ()
    assert goals_from_json(goals_to_json(DecideGoals())).routes is None


def test_every_answer_survives_its_stored_form() -> None:
    assert goals_from_json(json.loads(json.dumps(goals_to_json(FULL)))) == FULL


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ({"target": 1.2, "margin": 0, "volume": -1, "can_label": "yes"}, DecideGoals()),
        ({"target": True, "volume": "12", "routes": "own", "newer": 1}, DecideGoals()),
        ({"volume": 1e400, "budget_usd": 5, "costs": [1]}, DecideGoals(budget_usd=5)),
        ({"costs": {"epochs": 2.5, "hit_rate": 2, "months": 6}}, DecideGoals(costs=CostFigures(months=6))),
        ({"routes": ["own", "own", 3]}, DecideGoals()),
        (["target"], DecideGoals()),
    ],
)
def test_invalid_answers_are_unknown(stored: object, expected: DecideGoals) -> None:
    assert goals_from_json(stored) == expected


def test_damaged_goals_are_unknown(store: Store, path: Path) -> None:
    store.decide.save_goals("p", FULL, NOW).result(60)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE decide_goals SET body = '{'")
    assert store.decide.goals("p") == DecideGoals()


def test_unknown_prompt_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="prompt"):
        store.decide.goals("x")
    with pytest.raises(StoreError, match="prompt"):
        store.decide.save_goals("x", FULL, NOW).result(60)


def test_older_history_that_is_read_only_has_no_goals(path: Path) -> None:
    restore_as(1009, path)
    old = Store(path, OpenedDatabase(None, failure("readonly")), lambda: "uid", 5000)
    assert old.decide.goals("p") == DecideGoals()
    old.close()
