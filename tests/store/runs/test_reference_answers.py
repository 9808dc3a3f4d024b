"""The answers that a diff compares with: those of the lane's past, and the winner."""

from __future__ import annotations

from tests.store.making import LATER, lane, run, text
from workbench.core.runs import Result, Verdict
from workbench.store import Store


def ran(store: Store, name: str, *, model: str = "echo", order: str = "1", state: str = "finished") -> None:
    lanes = (lane("A", model), lane("B"))
    store.begin_run(run(name, text("x"), lanes=lanes, values=(("order", order),))).result(60)
    for place in (0, 1):
        result = Result(state, f"{name} of {place}")  # type: ignore[arg-type]
        store.finish_output(f"{name}.{place}.0", result, LATER).result(60)


def test_previous_answer_is_the_newest_finished_one_of_the_same_lane(store: Store) -> None:
    ran(store, "one", model="old/model")
    assert store.previous_answer("one.0.0") is None
    ran(store, "two", state="failed")
    ran(store, "three")
    found = store.previous_answer("three.0.0")
    assert found is not None
    assert (found.uid, found.number, found.title, found.text) == ("one.0.0", 1, "model", "one of 0")
    other = store.previous_answer("three.1.0")
    assert other is not None
    assert other.text == "one of 1"
    assert store.previous_answer("nobody") is None


def test_reference_winner_is_the_latest_preferring_the_same_values(store: Store) -> None:
    for name, order in (("one", "1"), ("two", "2"), ("three", "1")):
        ran(store, name, order=order)
    assert store.winning_answer("three.0.0") is None

    def mark(name: str, kind: str, place: int) -> None:
        verdict = Verdict(kind, (place,) if kind == "winner" else ())  # type: ignore[arg-type]
        outputs = (f"{name}.0.0", f"{name}.1.0")
        store.mark(name, f"verdict-{name}-{kind}-{place}", verdict, outputs, LATER).result(60)

    def winner() -> str:
        found = store.winning_answer("three.0.0")
        return found.uid if found is not None else ""

    mark("one", "winner", 1)
    mark("two", "winner", 0)
    assert winner() == "one.1.0"
    mark("one", "none", 0)
    assert winner() == "two.0.0"
    mark("two", "winner", 1)
    assert winner() == "two.1.0"
    mark("three", "winner", 0)
    assert winner() == "three.0.0"
