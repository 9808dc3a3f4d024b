"""Runs over several value sets with several samples: order of outputs, one verdict per set."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.making import LATER, NOW, done, lane, opened, run, text
from workbench.core.blocks import OutputFormat
from workbench.core.runs import RunSet, Verdict
from workbench.store import OutputStart, RunStart, Store, StoreError
from workbench.store.records import PartialText

SETS = (RunSet("s1", "Ada", (("n", "Ada"),)), RunSet("s2", "Bo\u00a0", (("n", "Bo"), ("m", ""))), RunSet("", "", ()))
LANES = (lane("A", "vendor/one"), lane("B", "vendor/two"))
SAMPLES = 2


def name(position: int, value_set: int, sample: int) -> str:
    return f"r.{position}.{value_set}.{sample}"


def start() -> RunStart:
    plain = run("r", text("Hello {{n}}"), lanes=LANES)
    lanes = tuple(
        replace(
            one,
            outputs=tuple(
                OutputStart(name(one.position, at, sample), sample, at)
                for at in range(len(SETS))
                for sample in range(SAMPLES)
            ),
        )
        for one in plain.lanes
    )
    return replace(plain, sets=SETS, lanes=lanes)


@pytest.fixture
def ran(store: Store) -> Store:
    store.begin_run(start()).result(60)
    for position in range(len(LANES)):
        for at in range(len(SETS)):
            for sample in range(SAMPLES):
                uid = name(position, at, sample)
                store.finish_output(uid, done(uid), LATER).result(60)
    return store


def test_outputs_keep_their_lane_value_set_and_sample(ran: Store) -> None:
    detail = ran.iteration_detail("r")
    assert detail.sets == SETS
    assert detail.values == SETS[0].values
    found = {(o.position, o.value_set, o.sample): o.result.text for o in detail.outputs}
    assert len(found) == len(detail.outputs) == 12
    assert all(words == name(*place) for place, words in found.items())


def test_retry_keeps_lane_value_set_and_sample(ran: Store) -> None:
    assert ran.add_attempt(name(1, 2, 1), "again", LATER).result(60) == 2
    (record,) = [o for o in ran.iteration_detail("r").outputs if o.uid == "again"]
    assert (record.position, record.value_set, record.sample, record.attempt) == (1, 2, 1, 2)


def test_each_value_set_has_its_own_verdict(ran: Store) -> None:
    def shown(at: int) -> tuple[str, ...]:
        return tuple(name(position, at, 0) for position in range(len(LANES)))

    ran.mark("r", "v1", Verdict("winner", (0,)), shown(0), LATER).result(60)
    ran.mark("r", "v2", Verdict("winner", (1,)), shown(1), LATER).result(60)
    ran.mark("r", "v3", Verdict("all_bad"), shown(2), LATER).result(60)
    detail = ran.iteration_detail("r")
    assert [v.kind for v in detail.verdicts] == ["winner", "winner", "all_bad"]
    assert [v.positions for v in detail.verdicts[:2]] == [(0,), (1,)]
    assert detail.verdict == detail.verdicts[0]
    ran.mark("r", "v4", Verdict("none"), shown(1), LATER).result(60)
    assert [v.kind for v in ran.iteration_detail("r").verdicts] == ["winner", "none", "all_bad"]


def test_verdict_across_value_sets_is_refused(ran: Store) -> None:
    with pytest.raises((StoreError, ValueError)):
        ran.mark("r", "v", Verdict("tie", (0, 1)), (name(0, 0, 0), name(1, 1, 0)), LATER).result(60)
    assert all(v.kind == "none" for v in ran.iteration_detail("r").verdicts)


def test_interrupted_outputs_keep_their_lane_value_set_and_sample(path: Path) -> None:
    first = opened(path)
    first.create_prompt("p", "One", NOW).result(60)
    first.begin_run(start()).result(60)
    first.save_partials([PartialText(name(1, 2, 1), "text", 0, "half")]).result(60)
    recovered = first.recover(lambda owner: False, LATER).result(60)
    assert recovered.outputs == 12
    found = {(o.position, o.value_set, o.sample): o.result for o in first.iteration_detail("r").outputs}
    assert found[1, 2, 1].text == "half"
    assert {result.state for result in found.values()} == {"interrupted"}
    first.close()


def test_lanes_carry_the_output_format_of_their_version(store: Store) -> None:
    form = OutputFormat("schema", "{}", "x")
    store.begin_run(run("one", replace(text("a"), output=form))).result(60)
    store.begin_run(run("two", text("b"), lanes=(lane("A", pinned=1), lane("B")), based_on=1)).result(60)
    assert [one.output for one in store.iteration_detail("two").lanes] == [form, None]
