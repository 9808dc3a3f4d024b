"""The models that answered last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tests.store.making import FAILED, NOW, done, lane, run, text
from workbench.core.lanes import ECHO
from workbench.core.runs import Result
from workbench.store import Store


def ran(
    store: Store, name: str, results: Sequence[tuple[str, Result]], *, kind: str = "iteration", blind: bool = False
) -> None:
    lanes = [lane(chr(65 + at), model) for at, (model, _) in enumerate(results)]
    store.begin_run(replace(run(name, text("Hi"), lanes=lanes, kind=kind), blind=blind)).result(60)
    for at, (_, result) in enumerate(results):
        store.finish_output(f"{name}.{at}.0", result, NOW).result(60)


def test_models_of_the_newest_iterations_come_first_and_once(store: Store) -> None:
    ran(store, "r1", [("old", done("a")), ("mini", done("b"))])
    ran(store, "r2", [("big", done("c")), ("mini", done("d"))])
    assert store.model_uses.recent() == ((ECHO, "big"), (ECHO, "mini"), (ECHO, "old"))


def test_models_that_never_answered_and_those_of_tests_are_left_out(store: Store) -> None:
    assert store.model_uses.recent() == ()
    ran(store, "r1", [("mini", done("a")), ("broken", FAILED)])
    ran(store, "t1", [("tested", done("b"))], kind="test")
    assert store.model_uses.recent() == ((ECHO, "mini"),)


def test_models_of_a_blind_run_are_left_out_until_it_is_judged(store: Store) -> None:
    ran(store, "r1", [("one", done("a")), ("two", done("b"))], blind=True)
    assert store.model_uses.recent() == ()
