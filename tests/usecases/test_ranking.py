"""Rank on real histories: the entrants, the remarks, and when a sentence replaces the table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.ranking.made import of_counts
from tests.usecases.judged_history import MODELS, history, runs
from workbench.core.runs import Verdict
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import Store
from workbench.store.runs.ranking_queries import Answerer
from workbench.usecases import ranking
from workbench.usecases.entrants import names
from workbench.usecases.ranking import newest, rank
from workbench.usecases.ranking_result import Grouping, RankingResult


@pytest.fixture
def made(tmp_path: Path) -> Iterator[tuple[Store, str]]:
    store, prompt = history(tmp_path / "history.db")
    yield store, prompt
    store.close()


def warnings(found: RankingResult) -> str:
    return " ".join(remark.text for remark in found.remarks if remark.warns)


@pytest.mark.parametrize(
    ("grouping", "expected"),
    [
        ("both", {f"#{v} · {m}" for v in (1, 2) for m in ("gpt-5-mini", "claude-haiku-4.5")}),
        ("model", {"gpt-5-mini", "claude-haiku-4.5"}),
        ("everywhere", {"gpt-5-mini", "claude-haiku-4.5"}),
    ],
)
def test_ranked_names_depend_on_the_grouping(made: tuple[Store, str], grouping: Grouping, expected: set[str]) -> None:
    store, prompt = made
    runs(store, prompt, 40, versions=2)
    found = rank(store, prompt, grouping)
    assert found.enough
    assert {row.name for row in found.rows} == expected
    assert (found.verdicts, found.blind) == (40, sum(v.blind for v in store.judgements.verdicts(prompt)))
    for row in found.rows:
        assert row.strength.low < row.strength.estimate < row.strength.high
        assert row.strength.chances[0] < row.strength.chances[1] < row.strength.chances[2]
    estimates = [row.strength.estimate for row in found.rows]
    assert estimates == sorted(estimates, reverse=True)
    assert sum(row.won for row in found.rows) == sum(row.lost for row in found.rows)


def test_the_same_history_gives_the_same_ranking(made: tuple[Store, str]) -> None:
    store, prompt = made
    runs(store, prompt, 30)
    assert rank(store, prompt, "both") == rank(store, prompt, "both")


def test_costs_and_times_come_from_the_answers(made: tuple[Store, str]) -> None:
    store, prompt = made
    runs(store, prompt, 12, versions=1, models=(MODELS[0], "unknown/model"))
    rows = {row.name: row for row in rank(store, prompt, "model").rows}
    spent = {one.who.model: one for one in store.judgements.spent(prompt)}
    priced = spent[MODELS[0]]
    assert rows["gpt-5-mini"].per_thousand == pytest.approx(1000 * sum(priced.costs) / 12)
    assert rows["gpt-5-mini"].median_ms == sorted(priced.durations)[5:7][0] / 2 + sorted(priced.durations)[5:7][1] / 2
    assert (rows["model"].per_thousand, rows["model"].priced, rows["model"].answers) == (None, 0, 12)


def test_message_replaces_the_table_with_too_few_verdicts(made: tuple[Store, str]) -> None:
    store, prompt = made
    found = rank(store, prompt, "both")
    assert (found.rows, found.enough.reason) == ((), "no_verdict")
    runs(store, prompt, 3)
    found = rank(store, prompt, "both")
    assert (found.rows, found.enough.missing) == ((), 3)
    assert found.enough.sentence == "3 verdicts so far. The ranking appears after 6."


def test_single_version_cannot_be_ranked_by_version(made: tuple[Store, str]) -> None:
    store, prompt = made
    runs(store, prompt, 10, versions=1)
    assert rank(store, prompt, "version").enough.reason == "one_entrant"


def test_unconnected_groups_are_named(made: tuple[Store, str]) -> None:
    store, prompt = made
    runs(store, prompt, 40, versions=2)
    assert "#1 · claude-haiku-4.5, #1 · gpt-5-mini / #2 · " in warnings(rank(store, prompt, "both"))
    assert "connects" not in warnings(rank(store, prompt, "model"))


def test_verdicts_with_names_shown_and_repeated_ones_are_warned_about(made: tuple[Store, str]) -> None:
    store, prompt = made
    outputs = runs(store, prompt, 20, versions=1, blind=0)
    assert "20 of 20 winners and ties were given with names shown" in warnings(rank(store, prompt, "model"))
    for left, right in zip(outputs[::2], outputs[1::2], strict=True):
        store.judgements.judge(new_uid(), "winner", (left, right), left, utc_now(), blind=True).result(60)
    assert "judged before" in warnings(rank(store, prompt, "model"))
    assert any("Judged again" in remark.text for remark in rank(store, prompt, "model").remarks)


def test_all_bad_verdicts_alone_give_no_ranking(made: tuple[Store, str]) -> None:
    store, prompt = made
    outputs = runs(store, prompt, 8, versions=1, judged=False)
    for run, left, right in zip(
        [answer.run for answer in store.judgements.answers(prompt)][::-2], outputs[::2], outputs[1::2], strict=True
    ):
        store.mark(run, new_uid(), Verdict("all_bad"), (left, right), utc_now()).result(60)
    assert rank(store, prompt, "both").enough.reason == "all_bad"


def test_equal_model_names_are_made_distinct() -> None:
    found = [
        Answerer(1, "litellm", "a/x"),
        Answerer(1, "litellm", "b/x"),
        Answerer(2, "e1", "y"),
        Answerer(2, "e2", "y"),
    ]
    called = names(found, "model", {"e1": "Desk", "e2": "Rack"}, {})
    assert sorted(called.values()) == ["a/x", "b/x", "y (Desk)", "y (Rack)"]
    assert set(names(found, "version", {}, {1: "#1", 2: "sample"}).values()) == {"#1", "sample"}


def test_only_the_last_judged_entrants_are_ranked() -> None:
    made = of_counts([(f"a{number}", f"b{number}", 1, 0, 0) for number in range(5)])
    kept, others = newest(made, 4)
    assert [one.run for one in kept] == ["r3", "r4"]
    assert others == 6
    assert newest(made, 10) == (made, 0)


def test_unranked_entrants_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, prompt = history(tmp_path / "h.db")
    runs(store, prompt, 60, versions=10)
    monkeypatch.setattr(ranking, "newest", lambda judgements: newest(judgements, 8))
    found = rank(store, prompt, "both")
    assert len(found.rows) == 8
    assert found.verdicts == 60
    assert any("Only the 8 judged last are ranked; 12 more are left out." in r.text for r in found.remarks)
    store.close()
