"""Cases made of value sets of a run, and of a case as it was tested."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.making import NOW, done, lane, opened, run, text
from workbench.core.cases import Case, Check
from workbench.core.runs import RunSet, Verdict
from workbench.host.ids import new_uid
from workbench.store import Store
from workbench.store.records import LaneStart, OutputStart
from workbench.usecases.problems import RefusedError
from workbench.usecases.run_cases import RunCases


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(opened(tmp_path / "history.db")) as made:
        made.create_prompt("p", "Prompt p", NOW).result(60)
        yield made


@pytest.fixture
def made_of(store: Store) -> RunCases:
    return RunCases(store, new_uid)


def finish(future: Future[None]) -> None:
    future.result(60)


def test_value_sets_of_a_run_become_cases_with_the_answer_that_is_clear(made_of: RunCases, store: Store) -> None:
    sets = tuple(RunSet(f"set-{name}", name, (("order", name),)) for name in ("a", "b", "c", "a"))
    lanes = tuple(
        LaneStart(f"l{at}", lane(f"L{at}"), at, tuple(OutputStart(f"{at}.{row}", 0, value_set=row) for row in range(4)))
        for at in range(2)
    )
    start = replace(run("first", text("Where is {{order}}?")), sets=sets, lanes=lanes)
    store.begin_run(start).result()
    outputs = {(one.position, one.value_set): one.uid for one in store.iteration_detail("first").outputs}
    for (position, value_set), uid in outputs.items():
        if (position, value_set) != (1, 2):
            store.finish_output(uid, done(f"{position} of {value_set}"), NOW).result()
    winner = Verdict("winner", (1,))
    store.mark("first", "v", winner, (outputs[0, 0], outputs[1, 0]), NOW).result()
    known = Case("known", "b", (("order", "b"),), (Check("contains", value='"b"'),))
    held = Case("held", "hidden", (("order", "c"),), held_out=True)
    store.packs.save_cases("p", (known, held)).result()
    made = made_of.of_run("p", "first")
    assert [(one.case.name, one.case.expectation, one.before) for one in made] == [("a", "1 of 0", None)]
    finish(made_of.keep(made))
    assert [case.name for case in store.packs.cases("p")] == ["b", "hidden", "a"]
    with pytest.raises(RefusedError, match="already"):
        made_of.of_run("p", "first")
    finish(made_of.take_back(made))
    assert store.packs.cases("p") == (known, held)


def test_case_is_brought_back_as_it_was_tested(made_of: RunCases, store: Store) -> None:
    tested = Case("c", "late", (("order", "7"),), expectation="It is late.")
    made = made_of.as_tested("p", tested)
    finish(made_of.keep((made,)))
    assert store.packs.cases("p") == (tested,)
    with pytest.raises(RefusedError, match="nothing to bring back"):
        made_of.as_tested("p", tested)
    today = replace(tested, name="Other", values=(("order", "8"),))
    store.packs.change_case("p", today).result()
    again = made_of.as_tested("p", tested)
    finish(made_of.keep((again,)))
    assert store.packs.cases("p") == (tested,)
    finish(made_of.take_back((again,)))
    assert store.packs.cases("p") == (today,)
    finish(made_of.take_back((made,)))
    assert store.packs.cases("p") == ()
