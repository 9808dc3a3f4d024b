"""Searching like the window and the terminal: text in; a page, complaints and remarks out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from tests.store.making import LATER, NOW, done, lane, opened, run, text
from workbench.core.search.results import SearchTotal
from workbench.store import Store, StoreError
from workbench.store.search.search_index import Indexer
from workbench.usecases.searcher import Searcher, SearchStop

EAST = timezone(timedelta(hours=14))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = opened(tmp_path / "history.db")
    store.create_prompt("p", "Order bot", NOW)
    for number in range(5):
        store.begin_run(run(f"r{number}", text("Where is it?"), lanes=(lane("A", "vendor/haiku"),)))
        store.finish_output(f"r{number}.0.0", done(f"The tracking number is {number}."), LATER).result(60)
    yield store
    store.close()


def searcher(store: Store) -> Searcher:
    ticks = itertools.count(0, 4)
    return Searcher(store, lambda: LATER, lambda: next(ticks), EAST)


def test_search_returns_pages_and_the_normalised_query(store: Store) -> None:
    found = searcher(store).search("  tracking   model:HAIKU", limit=2)
    assert [row.row.run_uid for row in found.page.rows] == ["r4", "r3"]
    assert (found.text, found.took_ms, found.complaints, found.remarks) == ("tracking model:HAIKU", 4, (), ())
    assert found.page.total == SearchTotal(5)
    rest = searcher(store).search(found.text, found.page.next, limit=9)
    assert [row.row.run_uid for row in rest.page.rows] == ["r2", "r1", "r0"]
    assert (rest.page.next, rest.page.total) == (None, None)


def test_complaints_point_to_the_parts_not_understood(store: Store) -> None:
    words = "tracking -model:opus winner:maybe tag:none"
    found = searcher(store).search(words)
    said = [(words[c.start : c.end], c.sentence) for c in found.complaints]
    assert [piece for piece, _ in said] == ["-model:opus", "winner:maybe", "tag:none"]
    assert said[0][1].startswith("No model or lane in the history is called “opus”.")
    assert found.page.rows == ()


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("order", 'prompt:"Order bot"'),
        ("BOT order -tracking model:haiku", 'prompt:"Order bot"'),
        ("helper", "prompt:helper"),
        ("order tracking", ""),
        ("prompt:none", ""),
    ],
)
def test_words_of_a_prompt_name_suggest_its_filter(store: Store, words: str, asked: str) -> None:
    """Names are not among the words of runs, so that nothing is found of a prompt by what it is called."""
    for number in range(2):
        store.create_prompt(f"helper-{number}", f"Helper {number}", NOW).result(60)
    found = searcher(store).search(words)
    assert found.page.rows == ()
    if not asked:
        assert found.remarks == ()
        return
    (remark,) = found.remarks
    assert f"filter: {asked} finds the runs of" in remark
    assert searcher(store).search(asked).complaints == ()
    if asked == 'prompt:"Order bot"':
        assert len(searcher(store).search(asked).page.rows) == 5


def test_days_begin_in_the_users_time_zone(store: Store) -> None:
    """It is the 25th there already."""
    assert searcher(store).search("before:today").page.total == SearchTotal(0)
    assert searcher(store).search("after:2026-11-25").page.total == SearchTotal(5)


def test_unindexed_runs_and_index_errors_are_reported(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Indexer, "due", lambda *_: False)
    store.set_note("r1", "n").result(60)
    one = searcher(store)
    assert one.search("tracking").remarks[0].startswith("1 run cannot be found by its words until indexed.")
    assert one.behind() == 1
    assert one.search("").remarks == ()
    monkeypatch.undo()

    def broken(*_: object) -> bool:
        raise StoreError("The disk is full. Make room.", "", "full")

    monkeypatch.setattr(Indexer, "work", broken)
    store.set_note("r2", "n").result(60)
    assert "disk is full. Make room." in one.search("tracking").remarks[0]
    assert one.behind() == 0


def test_best_order_reports_how_many_runs_were_compared(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.store.search import search_pages

    assert searcher(store).search("tracking", order="best").remarks == ()
    monkeypatch.setattr(search_pages, "CANDIDATES", 3)
    found = searcher(store).search("tracking", order="best")
    assert found.remarks == ("Best of the newest 3 that match. Add a word to search further back.",)


def test_search_can_be_stopped(store: Store) -> None:
    stop = SearchStop()
    stop.stop()
    with pytest.raises(StoreError) as caught:
        searcher(store).search("tracking", stop=stop)
    assert caught.value.code == "interrupted"


def test_completion_offers_values_of_the_history(store: Store) -> None:
    one = searcher(store)
    assert [choice.text for choice in one.complete("model:hai", 9).choices] == ["vendor/haiku"]
    assert [choice.text for choice in one.complete("prompt:", 7).choices] == ['"Order bot"']
    assert [choice.text for choice in one.complete("wi", 2).choices] == ["winner:"]
    assert (one.run_of("r3"), one.run_of("r"), one.run_of("x")) == (("r3",), ("r0", "r1"), ())
