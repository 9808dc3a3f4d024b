"""Ranking in the palette: better matches first, recently chosen entries first among equals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from workbench.app.palette.palette import Palette, PaletteEntry, PaletteSource
from workbench.app.tasks import Tasks

Find = Callable[[Sequence[str], str, Sequence[str]], list[str]]
WORDS = st.sampled_from(["order", "status", "bot", "or", "border", "both", "run", "all"])
TITLES = st.lists(st.lists(WORDS, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=9, unique=True)


@pytest.fixture(scope="module")
def find(qapp: QApplication) -> Iterator[Find]:
    """Return the matches in order, from titles, query, and recently chosen titles, the newest first."""
    parent = QObject()
    tasks = Tasks(parent)

    def find(titles: Sequence[str], query: str, recent: Sequence[str] = ()) -> list[str]:
        entries = [PaletteEntry("prompt", title, title, lambda: None) for title in titles]
        palette = Palette(
            [PaletteSource("prompts", "/", lambda: entries)], tasks, [f"prompt:{title}" for title in recent]
        )
        palette.search(query)
        return [entry.title for entry in palette.found]

    yield find
    tasks.close()


def test_prefix_match_ranks_above_a_recent_entry(find: Find) -> None:
    titles = ["Order bot with its database", "Order status bot", "Both in order"]
    assert find(titles, "/order bot", ["Order status bot"])[0] == titles[0]
    assert find(titles, "order", ["Both in order"])[-1] == "Both in order"


def test_most_recent_entry_is_first_among_equal_matches(find: Find) -> None:
    titles = ["Order one", "Order two", "Order three"]
    assert find(titles, "order", ["Order three", "Order two"]) == ["Order three", "Order two", "Order one"]
    assert find(titles, "", ["Order two"])[0] == "Order two"


def test_repeated_word_does_not_match_a_single_word_name_completely(find: Find) -> None:
    assert find(["or", "or order"], "or or") == ["or order", "or"]


def test_kind_words_and_inner_matches_are_not_sure(qapp: QApplication) -> None:
    def read() -> list[PaletteEntry]:
        return [
            PaletteEntry("command", title, title, lambda: None) for title in ("Run all lanes", "Stop the focused lane")
        ]

    parent = QObject()
    tasks = Tasks(parent)
    palette = Palette([PaletteSource("commands", ">", read)], tasks)
    for query, is_sure in (("comma", False), ("al", True), ("tfl", False), ("stf", True), ("run", True), ("un", False)):
        palette.search(query)
        assert palette.found, query
        assert palette.is_sure == is_sure, query
    tasks.close()


def test_kind_orders_only_equal_matches(qapp: QApplication) -> None:
    """A model that is typed in full comes before a prompt whose name begins so; the middle of a word is never sure."""

    def source(kind: str, title: str, rank: int) -> PaletteSource:
        return PaletteSource(
            f"{kind}s", "", lambda: [PaletteEntry(kind, title, title, lambda: None, "of Acme")], rank=rank
        )

    parent = QObject()
    tasks = Tasks(parent)
    palette = Palette([source("prompt", "acme-mini notes", 1), source("model", "acme-mini", 4)], tasks)
    for query, first, is_sure in (
        ("acme-mini", "model", True),
        ("acme-m", "prompt", True),
        ("mini", "prompt", True),
        ("acme", "prompt", True),
        ("cme", "prompt", False),
        ("xyz", "", False),
    ):
        palette.search(query)
        assert [entry.kind for entry in palette.found][:1] == ([first] if first else []), query
        assert palette.is_sure == is_sure, query
    tasks.close()


@given(titles=TITLES, data=st.data())
def test_recency_only_breaks_ties(find: Find, titles: list[str], data: st.DataObject) -> None:
    title = data.draw(st.sampled_from(titles))
    query = title[: data.draw(st.integers(1, len(title)))].strip()
    recent = data.draw(st.lists(st.sampled_from(titles), unique=True))
    plain, found = find(titles, query, ()), find(titles, query, recent)
    assert sorted(found) == sorted(plain)
    begins = [one for one in found if one.startswith(query)]
    assert found[: len(begins)] == begins
    assert (found[0] == query) == (query in titles)
    rest = [one for one in begins if one != query]
    assert [one for one in rest if one in recent] == [one for one in recent if one in rest]
    assert rest[: len(set(rest) & set(recent))] == [one for one in recent if one in rest]
