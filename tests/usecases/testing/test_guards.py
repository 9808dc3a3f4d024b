"""Guard sets of a prompt: its models, each once, by the guard's own text; nothing is paid twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.usecases.making import draft, echo, new_prompt, opened
from tests.usecases.testing import suites
from workbench.core.lanes import Lane, Params
from workbench.core.testing.guards import guard_columns, model_of, same_models
from workbench.core.testing.settings import SuiteBudget
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.usecases.problems import RefusedError
from workbench.usecases.testing.guards import MOST_GUARDS, GuardBook, GuardOffer
from workbench.usecases.workbench import Workbench

LANES = st.builds(
    Lane,
    st.text("abc", min_size=1, max_size=3),
    st.sampled_from(["echo", "e2"]),
    st.sampled_from(["m1", "m2"]),
    st.sampled_from([Params(), Params(temperature=0.5)]),
    st.none() | st.integers(1, 3),
)


@given(st.lists(LANES, max_size=8), st.text("abc", max_size=3))
def test_every_model_is_asked_once_by_the_text_of_the_guard(columns: list[Lane], baseline: str) -> None:
    found, slot = guard_columns(columns, baseline)
    assert same_models(found, columns)
    assert len(found) == len({model_of(lane) for lane in columns}) == len({lane.slot for lane in found})
    assert all(lane.pinned is None for lane in found)
    if columns:
        chosen = next((lane for lane in columns if lane.slot == baseline), columns[0])
        assert model_of(next(lane for lane in found if lane.slot == slot)) == model_of(chosen)
    # The slot of a model depends on nothing else.
    again = {model_of(lane): lane.slot for lane in guard_columns(columns[::-1], "")[0]}
    assert again == {model_of(lane): lane.slot for lane in found}


def book(workbench: Workbench) -> GuardBook:
    return GuardBook(workbench.store, lambda: workbench.tests, new_uid, utc_now)


def guarded(workbench: Workbench, *columns: Lane) -> tuple[str, str]:
    """Return a prompt with columns, and another one with three cases that becomes its guard."""
    prompt, other = new_prompt(workbench), new_prompt(workbench)
    workbench.prompts.save_draft(other, draft(text="Hello {{name}}")).result()
    workbench.store.packs.save_cases(other, suites.cases(3)).result()
    workbench.store.tests.save_settings(other, suites.settings(), utc_now()).result()
    workbench.store.tests.save_settings(prompt, suites.settings(*columns), utc_now()).result()
    return prompt, other


def test_shipped_sets_and_prompts_with_cases_are_offered_and_added_once(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt, other = guarded(workbench, echo())
        guards = book(workbench)
        offers = guards.offers(prompt)
        assert [one.name for one in offers[:2]] == ["Guard: general tasks", "Guard: refusals"]
        assert [one.uid for one in offers[2:]] == [other]
        shipped = guards.add(prompt, offers[1])
        assert guards.add(prompt, offers[1]) == shipped
        guards.add(prompt, offers[2])
        assert [(one.uid, one.cases) for one in guards.entries(prompt)] == [(shipped, 16), (other, 3)]
        assert [one.name for one in guards.offers(prompt)] == ["Guard: general tasks"]
        before = guards.remove(prompt, shipped)
        assert [one.uid for one in guards.entries(prompt)] == [other]
        guards.restore(prompt, before)
        assert [one.uid for one in guards.entries(prompt)] == [shipped, other]
        workbench.store.archive_prompt(other, True, utc_now()).result()
        assert [one.uid for one in guards.entries(prompt)] == [shipped]
        for number in range(MOST_GUARDS - 2):
            guards.add(prompt, GuardOffer("", "", uid=f"g{number}"))
        with pytest.raises(RefusedError, match="at most 10"):
            guards.add(prompt, offers[0])


def test_a_guard_runs_each_model_once_and_nothing_twice(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        one, two = echo("a", "m1"), echo("b", "m2")
        prompt, other = guarded(workbench, one, Lane("c", one.endpoint, one.model, one.params), two)
        guards = book(workbench)
        guards.add(prompt, GuardOffer("", "", uid=other))
        settings = workbench.store.tests.settings(prompt)
        assert guards.newest(other, settings) is None
        plan = guards.plan(other, settings)
        assert [lane.model for lane in plan.columns] == ["m1", "m2"]
        assert plan.prompt_uid == other
        handle = suites.finish(guards.start(guards.plan(other, settings)))
        assert handle.progress().done == 6
        run = guards.newest(other, settings)
        assert run is not None
        assert run.uid == handle.run_uid
        (entry,) = guards.entries(prompt)
        report = guards.report(entry, run.uid, settings)
        assert report.set_words == "on 3 cases of this guard set"
        assert [column.summary.passed for column in report.columns] == [3, 3]
        assert [column.is_baseline for column in report.columns] == [True, False]
        assert suites.finish(guards.start(guards.plan(other, settings))).progress().done == 0
        # Another prompt with one of these models pays nothing for it.
        fewer = suites.settings(two)
        assert guards.newest(other, fewer) is None
        assert suites.finish(guards.start(guards.plan(other, fewer))).progress().done == 0
        assert guards.newest(other, fewer) is not None
        # Another baseline is another comparison, without a call.
        turned = suites.settings(one, two, baseline="b")
        assert guards.newest(other, turned) is None
        assert suites.finish(guards.start(guards.plan(other, turned))).progress().done == 0


def test_a_guard_spends_the_budget_of_the_prompt(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt, other = guarded(workbench, echo())
        settings = workbench.store.tests.settings(prompt)
        handle = suites.finish(book(workbench).start(book(workbench).plan(other, settings, SuiteBudget(calls=2))))
        assert (handle.progress().done, handle.progress().state) == (2, "budget")
