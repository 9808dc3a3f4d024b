"""A run of unchanged text stores what else changed since the latest iteration with that text."""

from __future__ import annotations

from tests.store.making import NOW, lane, run, text
from workbench.store import Store


def test_changed_values_and_lanes_are_the_summary_of_a_run_of_the_same_text(store: Store) -> None:
    store.create_prompt("p", "Bot", NOW)
    said = text("Where is {{order}}?")
    store.begin_run(run("r1", said, values=(("order", "1"),))).result(60)
    store.begin_run(run("r2", said, values=(("order", "2"),), based_on=1)).result(60)
    store.begin_run(run("r3", text("Other"), values=(("order", "2"),), based_on=1)).result(60)
    lanes = (lane("A", "one"), lane("B", "two"))
    begun = store.begin_run(run("r4", said, lanes=lanes, values=(("order", "2"),), based_on=1)).result(60)
    rows = {row.run_uid: row for row in store.iterations("p", None, 10)}
    assert [rows[uid].summary for uid in ("r1", "r2")] == ["Where is {{order}}?", "order"]
    assert rows["r4"].summary == begun.change.summary
    assert "+ two" in rows["r4"].summary
    assert (rows["r4"].added, rows["r4"].removed) == (0, 0)


def test_same_run_again_has_no_summary(store: Store) -> None:
    store.create_prompt("p", "Bot", NOW)
    store.begin_run(run("r1", text("Same"))).result(60)
    store.begin_run(run("r2", text("Same"), based_on=1)).result(60)
    assert [row.summary for row in store.iterations("p", None, 10)] == ["", "Same"]
