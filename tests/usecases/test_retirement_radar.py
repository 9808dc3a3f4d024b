"""The models in use that are retired or will be soon."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.ui.pasts import GPT, HAIKU, ORDER, TRIAGE, judge
from tests.usecases.making import PATIENCE_S, cloud, draft, echo, new_prompt, opened
from tests.usecases.retiring_models import RETIRING
from workbench.cli.main import main
from workbench.core.lanes import LITELLM, short_model
from workbench.core.testing.settings import SuiteSettings
from workbench.engine.catalogue import ModelCatalogue, ModelInfo
from workbench.host.clock import utc_now, utc_today
from workbench.store.runs.model_uses import ModelUse
from workbench.usecases.problems import RefusedError
from workbench.usecases.retirement_radar import lane_with, radar, retiring_models, source, use_words

TODAY = date(2026, 11, 28)
SOON = date(2027, 1, 5)


def catalogue(*models: tuple[str, date | None, str]) -> ModelCatalogue:
    return ModelCatalogue.of(
        ModelInfo(name, "openai", retires=day, successor=successor) for name, day, successor in models
    )


def use(model: str, endpoint: str = LITELLM) -> ModelUse:
    return ModelUse("lane", "p", "Bot", endpoint, model)


def test_only_models_of_litellm_within_ninety_days_are_listed_earliest_first() -> None:
    known = catalogue(
        ("late", date(2027, 2, 27), ""),
        ("edge", date(2027, 2, 26), ""),
        ("gone", date(2025, 9, 1), ""),
        ("any", None, ""),
    )
    uses = [use(name) for name in ("late", "edge", "gone", "any", "unknown")] + [use("gone", "mine")]
    found = retiring_models(uses, (), known, TODAY)
    assert [(one.model, one.is_retired, len(one.uses)) for one in found] == [("gone", True, 1), ("edge", False, 1)]


@pytest.mark.parametrize(
    ("models", "successor"),
    [
        ((("a", SOON, "b"), ("b", None, "")), "b"),
        # The successor retires itself.
        ((("a", SOON, "b"), ("b", SOON, "c"), ("c", None, "")), "c"),
        # The last one that is named, although it retires, too.
        ((("a", SOON, "b"), ("b", SOON, "")), "b"),
        ((("a", SOON, "b"), ("b", SOON, "a")), "b"),
        ((("a", SOON, "a"),), ""),
        ((("a", SOON, "not listed"),), "not listed"),
        ((("a", SOON, ""),), ""),
    ],
)
def test_successor_is_the_first_one_that_stays(
    models: tuple[tuple[str, date | None, str], ...], successor: str
) -> None:
    (found,) = retiring_models([use("a")], (), catalogue(*models), TODAY)
    assert found.successor == successor


def test_places_are_told_in_words_and_as_json() -> None:
    assert [use_words(one) for one in RETIRING[0].uses] == [
        "2 lanes of “Order bot”",
        "1 column in the tests of “Order bot”",
        "7 winners of “Ticket triage”",
        "label production of “Ticket triage”, in the newest run of its version",
    ]
    assert RETIRING[0].places[-1] == "pack “Support”, by its prompt “Order bot”"
    assert RETIRING[0].prompts == (("bot", "Order bot"),), "only lanes and columns can be tested"
    assert RETIRING[1].prompts == ()
    assert RETIRING[0].to_json()["uses"][-2:] == [
        {"kind": "label", "prompt": "Ticket triage", "name": "production", "count": 1},
        {"kind": "pack", "prompt": "Order bot", "name": "Support", "count": 1},
    ]


def test_radar_finds_lanes_columns_winners_labels_and_packs(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        store = workbench.store
        judge(store)
        store.create_prompt("put-away", "Put away", utc_now()).result(PATIENCE_S)
        workbench.prompts.save_draft("put-away", draft(GPT)).result(PATIENCE_S)
        workbench.prompts.archive("put-away").result(PATIENCE_S)
        workbench.prompts.save_draft(ORDER, draft(replace(GPT, slot="x"), replace(GPT, slot="y"))).result(PATIENCE_S)
        settings = SuiteSettings(columns=(replace(GPT, slot="z", pinned=1), HAIKU))
        store.tests.save_settings(ORDER, settings, utc_now()).result(PATIENCE_S)
        prompts = [{"uid": ORDER, "slug": "order"}, {"uid": TRIAGE, "slug": "triage"}]
        store.packs.remember("pack", {"name": "Support", "prompts": prompts}, utc_now()).result(PATIENCE_S)
        with closing(sqlite3.connect(tmp_path / "w.db")) as connection, connection:
            connection.execute(
                "INSERT INTO labels SELECT prompt_id, 'production', versions.id, '' FROM versions JOIN prompts"
                " ON prompts.id = prompt_id WHERE prompts.uid = ? AND number = 1",
                (ORDER,),
            )
        (found,) = radar(store, catalogue((GPT.model, SOON, "gpt-new"), (HAIKU.model, None, "")), TODAY)
        wins = connection_count(tmp_path, GPT.model)
        assert found.places == (
            "2 lanes of “Order status bot”",
            "1 column in the tests of “Order status bot”",
            f"{wins} winners of “Order status bot”",
            "label production of “Order status bot”, in the newest run of its version",
            "pack “Support”, by its prompt “Order status bot”",
        )
        assert lane_with(store, ORDER, GPT.model).pinned == 1, "a column before a lane"
        with pytest.raises(RefusedError, match="does not use"):
            lane_with(store, ORDER, "gpt-none")


def connection_count(folder: Path, model: str) -> int:
    """Count the winners with a model as people see them: by the rows of the iterations."""
    with closing(sqlite3.connect(folder / "w.db")) as connection:
        (wins,) = connection.execute(
            "SELECT count(*) FROM runs WHERE verdict = 'winner' AND winner = ?", (short_model(model),)
        ).fetchone()
    assert wins > 1
    return int(wins)


def test_terminal_lists_the_models_with_their_successors_and_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    today = utc_today()
    day = today + timedelta(days=30)
    known = catalogue(("gpt-old", day, "gpt-new"))
    monkeypatch.setattr(ModelCatalogue, "load", classmethod(lambda _cls, _path=None: known))
    with opened(tmp_path, {}) as (workbench, _):
        uid = new_prompt(workbench, "Bob's bot")
        workbench.prompts.save_draft(uid, draft(cloud("gpt-old", "a"), echo("b"))).result(PATIENCE_S)
    db = str(tmp_path / "w.db")
    assert main(["models", "--db", db, "--retiring"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        f"gpt-old\tretires on {day}\tsuccessor gpt-new",
        "  1 lane of “Bob's bot”",
        f"""  test the successor: workbench test 'Bob'"'"'s bot' --model gpt-old --model gpt-new --db {db}""",
    ]
    assert said.err == f"Dates and successors: {source()}.\n"
    assert main(["models", "--db", db, "--retiring", "--json", "GPT-new"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert date.fromisoformat(document["today"]) - today <= timedelta(days=1)
    assert [(one["model"], one["retires"], one["retired"], one["successor"]) for one in document["models"]] == [
        ("gpt-old", day.isoformat(), False, "gpt-new")
    ]
    assert main(["models", "--db", db, "--retiring", "zzz"]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "No models in use that match are retired or retire within 90 days.\n"
