"""The hold-out in the history: set aside and undone as one change, joined by later cases, and hidden everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.store.making import LATER, NOW, opened, run, text
from tests.store.testing.suites import CONTAINS, answered, begun, case, key, scored
from workbench.core.cases import Case
from workbench.core.testing.cells import CellKey
from workbench.core.testing.grid import GridQuery
from workbench.core.testing.settings import SuiteSettings
from workbench.store import Store, StoreError
from workbench.store.merging.pack_import_store import ArrivingPrompt, PackArrival


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = opened(tmp_path / "history.db")
    store.create_prompt("p", "Bot", NOW).result(60)
    yield store
    store.close()


def held(store: Store) -> set[str]:
    return {one.uid for one in store.packs.cases("p") if one.held_out}


def set_aside(store: Store, *uids: str) -> None:
    store.tests.set_aside("p", uids, "salt", NOW).result(60)


def three_tested(store: Store, set_name: str) -> None:
    """Test three cases, and score them."""
    cases = tuple(case(number, tags=("x",)) for number in range(3))
    store.packs.save_cases("p", cases).result(60)
    uid = "t1"
    begun(store, uid, cases=cases, set_name=set_name)
    keys = [key(number, column) for number in range(3) for column in range(2)]
    outputs = answered(store, uid, keys)
    store.tests.begin_scoring(uid, f"{uid}.s", (CONTAINS,), NOW).result(60)
    store.tests.save_scores(f"{uid}.s", [scored(*one, "fail") for one in zip(keys, outputs, strict=True)]).result(60)


def rows(store: Store, uid: str = "t1", query: GridQuery = GridQuery()) -> list[str]:  # noqa: B008 - frozen
    return [row.case_uid for row in store.tests.page(uid, f"{uid}.s", query, "", 50).rows]


def test_setting_aside_is_one_change_and_is_undone_as_one(store: Store) -> None:
    store.packs.save_cases("p", [case(number) for number in range(4)]).result(60)
    store.tests.save_settings("p", SuiteSettings(samples=3), NOW).result(60)
    assert not store.tests.has_holdout("p")
    before = store.tests.set_aside("p", ["case-1", "case-3"], "salt", NOW).result(60)
    assert held(store) == {"case-1", "case-3"}
    assert store.tests.settings("p") == SuiteSettings(samples=3, salt="salt")
    assert store.tests.has_holdout("p")
    with pytest.raises(StoreError, match="already has a hold-out"):
        store.tests.set_aside("p", ["case-0"], "other", NOW).result(60)
    store.tests.restore_holdout(before, LATER).result(60)
    assert (held(store), store.tests.settings("p"), store.tests.has_holdout("p")) == (
        set(),
        SuiteSettings(samples=3),
        False,
    )


def test_nothing_is_set_aside_that_ran_meanwhile_or_is_gone(store: Store) -> None:
    store.packs.save_cases("p", [case(0), case(1)]).result(60)
    store.begin_run(run("r1", text("x"), values=(("order", "1"),))).result(60)
    for uids in (["case-0", "case-1"], ["case-0", "case-9"]):
        with pytest.raises(StoreError, match="changed meanwhile"):
            store.tests.set_aside("p", uids, "salt", NOW).result(60)
    assert held(store) == set()
    assert not store.tests.has_holdout("p")


def test_ending_uses_all_cases_up_and_is_undone(store: Store) -> None:
    store.packs.save_cases("p", [case(number) for number in range(4)]).result(60)
    set_aside(store, "case-1", "case-3")
    store.tests.use_case("p", "case-3", NOW).result(60)
    before = store.tests.end_holdout("p", LATER).result(60)
    assert (held(store), store.tests.has_holdout("p")) == (set(), False)
    assert store.tests.used_cases("p") == {"case-1": LATER, "case-3": NOW}
    with pytest.raises(StoreError, match="changed meanwhile"):
        store.tests.set_aside("p", ["case-1"], "new", LATER).result(60)
    store.tests.restore_holdout(before, LATER).result(60)
    assert (held(store), store.tests.used_cases("p")) == ({"case-1"}, {"case-3": NOW})
    assert store.tests.settings("p").salt == "salt"


def test_undoing_the_end_does_not_hold_out_cases_whose_answers_can_be_read(store: Store) -> None:
    three_tested(store, "holdout")
    store.packs.append_cases("p", [case(7), case(8), case(9)]).result(60)
    set_aside(store, "case-0", "case-1", "case-7", "case-8", "case-9")
    before = store.tests.end_holdout("p", LATER).result(60)
    assert (before.final, before.undoable) == ({"case-0", "case-1"}, 3)
    # What is answered after the end counts as well: in a test, and in Compose.
    begun(store, "t2", cases=(case(7),))
    answered(store, "t2", [key(0)])
    store.begin_run(run("r1", text("x"), values=(("order", "8"),))).result(60)
    store.tests.restore_holdout(before, LATER).result(60)
    assert held(store) == {"case-9"}
    assert store.tests.used_cases("p").keys() == {"case-0", "case-1", "case-7", "case-8"}


def test_settings_that_were_read_before_do_not_end_the_hold_out(store: Store) -> None:
    store.packs.save_cases("p", [case(0)]).result(60)
    set_aside(store, "case-0")
    store.tests.save_settings("p", SuiteSettings(samples=2), NOW).result(60)
    assert store.tests.settings("p") == SuiteSettings(samples=2, salt="salt")


def add_one(store: Store, one: Case) -> None:
    store.packs.add_case("p", one).result(60)


def add_many(store: Store, one: Case) -> None:
    store.packs.append_cases("p", [one]).result(60)


def import_pack(store: Store, one: Case) -> None:
    prompt = ArrivingPrompt("foreign", "p", "Bot", new=False, cases=((f"foreign {one.uid}", one),))
    store.packs.arrive(PackArrival("pack", "file", "{}", (prompt,)), NOW).result(60)


@pytest.mark.parametrize("add", [add_one, add_many, import_pack])
def test_later_cases_join_by_their_hash_whichever_way_they_come(
    store: Store, add: Callable[[Store, Case], None]
) -> None:
    add(store, case(99))
    assert held(store) == set()
    set_aside(store, "case-99")
    for number in range(30):
        add(store, Case(f"new-{number}", "", (("order", f"n{number}"),)))
    joined = held(store) - {"case-99"}
    assert 3 < len(joined) < 20
    # A cluster stays together, and values that ran in Compose stay out.
    add(store, Case("c0", cluster="x"))
    is_in = "c0" in held(store)
    for number in range(1, 6):
        add(store, Case(f"c{number}", cluster="x"))
    assert {f"c{number}" in held(store) for number in range(6)} == {is_in}
    store.begin_run(run("r1", text("x"), values=(("order", "seen"),))).result(60)
    for number in range(20):
        add(store, Case(f"seen-{number}", "", (("order", "seen"),)))
    assert not any(uid.startswith("seen") for uid in held(store))


def test_hold_out_of_a_file_is_one_and_later_cases_join_it(store: Store) -> None:
    add_many(store, case(0, held_out=True))
    assert held(store) == {"case-0"}
    assert store.tests.has_holdout("p")
    for number in range(1, 31):
        add_many(store, case(number))
    assert 3 < len(held(store)) < 20


def test_removed_tuning_case_that_is_brought_back_stays_one(store: Store) -> None:
    cases = tuple(case(number) for number in range(30))
    store.packs.save_cases("p", cases).result(60)
    begun(store, "t1", cases=cases)
    store.packs.remove_cases("p", [one.uid for one in cases]).result(60)
    add_many(store, case(99, held_out=True))
    store.packs.append_cases("p", cases).result(60)
    assert held(store) == {"case-99"}


def test_grid_has_no_row_of_a_held_out_case_until_it_is_opened(store: Store) -> None:
    three_tested(store, "holdout")
    set_aside(store, "case-0", "case-1", "case-2")
    for query in (
        GridQuery(),
        GridQuery("failed"),
        GridQuery(sort="score"),
        GridQuery(text="Case"),
        GridQuery(tag="x"),
    ):
        assert rows(store, query=query) == []
    counts = store.tests.counts("t1", "t1.s", GridQuery())
    assert (counts.rows["all"], counts.rows["failed"], counts.tags) == (0, 0, ())
    assert (counts.cells, counts.answered) == (6, 6)
    assert [len(one.cases) for one in store.tests.results("t1", "t1.s")] == [3, 3]
    with pytest.raises(StoreError, match="only totals") as refused:
        store.tests.cell("t1", "t1.s", CellKey(1, 0, 0))
    assert refused.value.code == "held_out"
    store.tests.use_case("p", "case-1", NOW).result(60)
    assert rows(store) == ["case-1"]
    assert store.tests.cell("t1", "t1.s", CellKey(1, 0, 0)).result is not None
    with pytest.raises(StoreError, match="only totals"):
        store.tests.cells("t1", "t1.s", [CellKey(1, 0, 0), CellKey(2, 0, 0)])
    assert store.tests.hidden_cases("t1") == {0, 2}
    # A deleted case is as hidden as before.
    store.packs.remove_cases("p", ["case-0"]).result(60)
    assert rows(store) == ["case-1"]
    store.tests.end_holdout("p", NOW).result(60)
    assert rows(store) == ["case-1", "case-2"]


def test_earlier_tests_hide_what_is_set_aside_later(store: Store) -> None:
    three_tested(store, "tuning")
    assert rows(store) == ["case-0", "case-1", "case-2"]
    set_aside(store, "case-1")
    assert rows(store) == ["case-0", "case-2"]
    assert store.tests.counts("t1", "t1.s", GridQuery()).rows["all"] == 2


def texts_of(store: Store) -> dict[str, list[str]]:
    """Return the answers that each reader gives, by its name."""
    detail = store.iteration_detail("t1")
    parts = list(store.exports.parts(["t1"]))
    shown = store.tests.page("t1", "t1.s", GridQuery(), "", 50).rows
    return {
        "detail of a run": [one.result.text for one in detail.outputs],
        "export of runs": [one.result.text for part in parts for one in part.detail.outputs],
        "judging queue": [store.judgements.text(one.uid).text for one in store.judgements.answers("p")],
        "starred answers": [store.judgements.text(uid).text for _, uid in store.judgements.starred("p")],
        "grid": [cell.text for row in shown for cell in row.cells],
        "improvement": [one.text for one in store.recent_answers("p")],
    }


@pytest.mark.parametrize("set_name", ["holdout", "tuning"])
def test_no_reader_gives_the_answer_to_a_held_out_case(store: Store, set_name: str) -> None:
    three_tested(store, set_name)
    store.curation.star_answers([f"t1.{number}.0.0.1" for number in range(3)], True).result(60)
    set_aside(store, "case-1") if set_name == "tuning" else set_aside(store, "case-0", "case-1", "case-2")
    found = texts_of(store)
    assert [name for name, texts in found.items() if any("t1.1." in one for one in texts)] == []
    if set_name == "tuning":
        readers = {name for name, texts in found.items() if any("t1.0." in one for one in texts)}
        assert readers == found.keys() - {"improvement"}
    store.tests.end_holdout("p", NOW).result(60)
    again = texts_of(store)
    assert {name for name, texts in again.items() if any("t1.1." in one for one in texts)} == again.keys() - {
        "improvement"
    }
