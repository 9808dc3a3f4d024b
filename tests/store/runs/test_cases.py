"""Editing single cases: others stay unchanged, positions are kept, also with concurrent writers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.making import NOW, opened
from workbench.core.cases import Case, Check
from workbench.store import Store, StoreError
from workbench.store.runs.cases import CaseTotals

ODD = Check("new-one", rest='{"later":[null]}')
CASES = [Case(f"c{n}", f"Case {n}", (("order", str(n)),), (ODD,), 0.5, '{"a":1}', '{"b":2}') for n in range(4)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = opened(tmp_path / "history.db")
    store.create_prompt("p", "Order bot", NOW)
    store.packs.save_cases("p", CASES).result()
    yield store
    store.close()


def uids(store: Store) -> list[str]:
    return [case.uid for case in store.packs.cases("p")]


def test_changing_a_case_keeps_its_position(store: Store) -> None:
    other = replace(CASES[1], name="Other", values=(("order", "x"), ("more", "y")))
    store.packs.change_case("p", other).result()
    assert store.packs.cases("p") == (CASES[0], other, *CASES[2:])
    with pytest.raises(StoreError, match="no longer in the history"):
        store.packs.change_case("p", Case("gone")).result()


@pytest.mark.parametrize("at", range(4))
def test_removed_case_is_restored_at_its_position(store: Store, at: int) -> None:
    taken = store.packs.take_case("p", f"c{at}").result()
    assert taken.case == CASES[at]
    assert uids(store) == [f"c{n}" for n in range(4) if n != at]
    store.packs.put_case_back("p", taken).result()
    assert store.packs.cases("p") == tuple(CASES)


def test_restored_case_precedes_cases_added_after_its_removal(store: Store) -> None:
    taken = store.packs.take_case("p", "c3").result()
    store.packs.add_case("p", Case("new")).result()
    store.packs.put_case_back("p", taken).result()
    assert uids(store) == ["c0", "c1", "c2", "c3", "new"]


def test_cases_are_removed_from_one_prompt_and_others_skipped(store: Store) -> None:
    store.create_prompt("q", "Other bot", NOW)
    store.packs.save_cases("q", CASES).result()
    store.packs.remove_cases("p", ["c1", "gone", "c3", "c1"]).result()
    assert uids(store) == ["c0", "c2"]
    store.packs.remove_cases("p", []).result()
    assert len(store.packs.cases("q")) == 4


def test_totals_count_cases_of_both_sets_and_their_checks(store: Store, tmp_path: Path) -> None:
    assert store.packs.case_totals("p") == CaseTotals(4, 0, 4)
    more = [Case("h1", held_out=True), Case("h2", checks=(ODD, ODD), held_out=True)]
    store.packs.append_cases("p", more).result()
    assert store.packs.case_totals("p") == CaseTotals(4, 2, 6)
    store.create_prompt("empty", "Empty", NOW).result()
    assert store.packs.case_totals("empty") == CaseTotals()
    store.close()
    # What an older release stored, and what cannot be read.
    with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
        connection.execute("UPDATE cases SET held_out = 0, rest = '{\"held_out\":true}' WHERE uid = 'h1'")
        connection.execute("UPDATE cases SET checks = '[', rest = 'x' WHERE uid = 'c0'")
        connection.commit()
    with closing(opened(tmp_path / "history.db")) as again:
        assert again.packs.case_totals("p") == CaseTotals(4, 2, 5)
