"""Judge prompts, judge runs and judgements: stored before they are asked, asked once, used again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.filters import parse
from tests.store.judging.judges import (
    HASH,
    JUDGE_TEXT,
    RUBRIC,
    about,
    ended,
    filled,
    judge_prompt,
    judged,
    judgement,
    judging,
)
from tests.store.making import FAILED, LATER, NOW, done, opened, run, text
from tests.store.testing.suites import CONTAINS, answered, begun, case, key
from workbench.core.content import content_hash
from workbench.core.drafts import Draft
from workbench.core.runs import Result
from workbench.core.testing.cells import CellKey
from workbench.store import Store, StoreError
from workbench.store.draft_preview import read_preview
from workbench.store.judging.records import JudgementCounts, JudgePrompt, JudgeVersion, ReusedJudgement

EVERY = (CellKey(0, 0, 0), CellKey(9, 9, 9))


@pytest.fixture
def outputs(store: Store) -> list[str]:
    """A test run t1 with answers to two cases in one column, and a scoring s1; their uids."""
    begun(store, "t1", cases=(case(0), case(1)))
    uids = answered(store, "t1", [key(0), key(1)])
    store.tests.begin_scoring("t1", "s1", (CONTAINS, RUBRIC), NOW).result(60)
    judge_prompt(store)
    return uids


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def found(store: Store, query: str) -> list[str]:
    assert store.searches.behind() == 0
    return [row.row.run_uid for row in store.searches.page(parse(query).query, lambda moment: moment).rows]


# Prompts


def test_judge_prompt_is_made_once(store: Store) -> None:
    assert (store.judges.judge_prompts("p"), store.judges.judge_prompt("p", "llm-rubric")) == ((), None)
    made = judge_prompt(store)
    assert made == JudgePrompt("jp", "p", "llm-rubric", "Judge: llm-rubric", 1)
    assert judge_prompt(store, uid="another") == made
    judge_prompt(store, kind="factuality", uid="facts")
    assert [one.uid for one in store.judges.judge_prompts("p")] == ["facts", "jp"]
    assert store.judges.judge_prompt("p", "llm-rubric") == "jp"
    assert store.judges.newest("jp") == JudgeVersion("jp", 1, "text 1", content_hash(JUDGE_TEXT), JUDGE_TEXT)
    assert (store.judges.described("jp"), store.judges.described("p")) == (made, None)
    with pytest.raises(StoreError, match="prompt"):
        store.judges.judge_prompts("unknown")


def test_no_list_shows_a_judge_prompt(store: Store) -> None:
    store.save_draft("p", Draft(text("typed")), NOW)
    judge_prompt(store)
    store.save_draft("jp", Draft(text("typed"), lanes=()), LATER).result(60)
    assert [row.uid for row in store.prompts()] == ["p"]
    assert store.prompts(archived=True) == []
    assert store.last_prompt() == "p"
    assert store.searches.known()["prompt"] == ("Order bot",)


def test_judge_prompt_opens_and_runs_in_compose(store: Store) -> None:
    judge_prompt(store)
    begun_run = store.begin_run(run("r1", text("Is it kind?"), prompt="jp", based_on=1)).result(60)
    store.finish_output("r1.0.0", done("yes"), LATER).result(60)
    assert (begun_run.number, begun_run.version_number) == (1, 2)
    assert [row.run_uid for row in store.iterations("jp")] == ["r1"]
    assert store.judges.newest("jp").content == text("Is it kind?")
    assert found(store, "") == ["r1"]


def test_judge_prompt_that_was_open_last_is_opened_again(store: Store) -> None:
    judge_prompt(store)
    store.set_meta("last_prompt", "jp").result(60)
    assert store.last_prompt() == "jp"


def test_first_paint_shows_no_judge_prompt_unless_it_was_open_last(store: Store, path: Path) -> None:
    store.save_draft("p", Draft(text("typed"), lanes=()), NOW)
    judge_prompt(store)
    store.save_draft("jp", Draft(text("judge")), LATER).result(60)
    found = read_preview(path)
    assert found is not None
    assert found.prompt_uid == "p"
    store.set_meta("last_prompt", "jp").result(60)
    found = read_preview(path)
    assert found is not None
    assert found.prompt_uid == "jp"


def test_judge_prompt_is_hidden_and_restored_with_its_owner(store: Store) -> None:
    filled(store)
    judge_prompt(store, owner="jp", uid="of-the-judge")
    store.curation.delete_prompt("p", True).result(60)
    assert store.deleting.deleted().prompts == ("p",)
    assert found(store, "kind:judge") == []
    store.curation.delete_prompt("p", False).result(60)
    assert found(store, "kind:judge") == ["j1"]


# Runs


def test_further_judge_joins_the_run_as_its_next_lane(store: Store, path: Path, outputs: list[str]) -> None:
    start = judging("j1", [judgement(about(key(0)), "o1", outputs[0])])
    store.judges.begin_run(start).result(60)
    joined = replace(start.lanes[0], uid="later", lane=replace(start.lanes[0].lane, model="vendor/late"))
    asked = judgement(about(key(1)), "o2", outputs[1], lane=2)
    store.judges.start_judgements("j1", [asked], "owner", LATER, [joined]).result(60)
    of_lanes = (
        "SELECT lanes.position, lanes.model, outputs.uid FROM lanes JOIN runs ON runs.id = lanes.run_id"
        " LEFT JOIN outputs ON outputs.run_id = lanes.run_id AND outputs.lane = lanes.position"
        " WHERE runs.uid = 'j1' ORDER BY lanes.position"
    )
    assert rows(path, of_lanes) == [(0, "judge", "o1"), (1, "vectors", None), (2, "vendor/late", "o2")]
    unknown = replace(joined, uid="unknown", version=7)
    late = judgement(about(key(2)), "o3", outputs[1], lane=3)
    with pytest.raises(StoreError):
        store.judges.start_judgements("j1", [late], "owner", LATER, [unknown]).result(60)
    assert len(rows(path, of_lanes)) == 3


def test_judge_run_grows_group_by_group(store: Store, outputs: list[str]) -> None:
    first = judgement(about(key(0)), "o1", outputs[0])
    begun_run = store.judges.begin_run(judging("j1", [first])).result(60)
    assert (begun_run.number, begun_run.lane_versions) == (1, (1, 1))
    again = judgement(about(key(0), repeat=1), "o2", outputs[0])
    other = judgement(about(key(1)), "o3", outputs[1], lane=1)
    store.judges.start_judgements("j1", [again, other], "owner", LATER).result(60)
    [told] = store.judges.runs("s1")
    # Repeats share what the judge was given.
    assert (told.uid, told.prompt_uid, told.number, told.rows) == ("j1", "jp", 1, 2)
    assert store.judges.counts("s1") == JudgementCounts(running=3)
    ended(store, [first, again, other])
    replies = store.judges.replies("s1", *EVERY)
    assert [(one.key, one.output_uid, one.state, one.text) for one in replies] == [
        (about(key(0)), "o1", "finished", "reply o1"),
        (about(key(0), repeat=1), "o2", "finished", "reply o2"),
        (about(key(1)), "o3", "finished", "reply o3"),
    ]
    assert [one.output_uid for one in store.judges.replies("s1", CellKey(1, 0, 0), CellKey(1, 0, 0))] == ["o3"]
    detail = store.iteration_detail("j1")
    assert [(one.uid, one.name) for one in detail.sets] == [(outputs[0], "case 1"), (outputs[1], "case 2")]
    assert [(one.position, one.value_set, one.sample) for one in detail.outputs] == [(0, 0, 0), (0, 0, 1), (1, 1, 0)]
    assert detail.content == JUDGE_TEXT


def test_judge_run_needs_judgements_and_a_version_that_exists(store: Store, outputs: list[str]) -> None:
    with pytest.raises(ValueError, match="one judgement"):
        store.judges.begin_run(judging("j1", [])).result(60)
    start = judging("j1", [judgement(about(key(0)), "o1", outputs[0])])
    with pytest.raises(StoreError, match="version"):
        store.judges.begin_run(replace(start, lanes=(replace(start.lanes[0], version=7),))).result(60)
    with pytest.raises(StoreError, match="scoring"):
        store.judges.begin_run(replace(start, scoring_uid="unknown")).result(60)
    assert store.judges.runs("s1") == ()


def test_answered_judgement_is_not_asked_again(store: Store, outputs: list[str]) -> None:
    first = judgement(about(key(0)), "o1", outputs[0])
    store.judges.begin_run(judging("j1", [first])).result(60)
    with pytest.raises(StoreError, match="is being asked"):
        store.judges.start_judgements("j1", [replace(first, output_uid="o2")], "owner", LATER).result(60)
    ended(store, [first])
    with pytest.raises(StoreError, match="has answered"):
        store.judges.start_judgements("j1", [replace(first, output_uid="o2")], "owner", LATER).result(60)
    # Ending a call twice changes nothing.
    ended(store, [first], FAILED)
    assert [one.text for one in store.judges.replies("s1", *EVERY)] == ["reply o1"]


def test_failed_and_interrupted_judgements_are_asked_again(store: Store, outputs: list[str]) -> None:
    starts = [judgement(about(key(place)), f"o{place}", uid) for place, uid in enumerate(outputs)]
    store.judges.begin_run(judging("j1", starts)).result(60)
    ended(store, starts[:1], FAILED)
    assert store.judges.missing("s1", None, 9) == ()
    assert store.recover(lambda owner: False, LATER).result(60).outputs == 1
    assert store.judges.missing("s1", None, 9) == (about(key(1)),)
    assert store.judges.missing("s1", None, 9, failed_too=True) == (about(key(0)), about(key(1)))
    assert store.judges.missing("s1", about(key(0)), 9, failed_too=True) == (about(key(1)),)
    [failed, lost] = store.judges.replies("s1", *EVERY)
    assert (failed.state, failed.problem) == ("failed", "The provider asks to wait. Try again in a minute.")
    assert (lost.state, lost.text) == ("interrupted", "")
    assert store.judges.counts("s1") == JudgementCounts(failed=1, interrupted=1, problem=failed.problem, problems=1)
    retries = [replace(one, output_uid=f"{one.output_uid}.again") for one in starts]
    store.judges.start_judgements("j1", retries, "owner", LATER).result(60)
    ended(store, retries)
    assert [one.output_uid for one in store.judges.replies("s1", *EVERY)] == ["o0.again", "o1.again"]
    attempts = [(one.uid, one.attempt) for one in store.iteration_detail("j1").outputs]
    assert attempts == [("o0", 1), ("o0.again", 2), ("o1", 1), ("o1.again", 2)]
    [told] = store.judges.runs("s1")
    assert told.rows == 2


def test_values_that_text_cannot_hold_are_stored(store: Store, outputs: list[str]) -> None:
    broken = judgement(about(key(0)), "o1", outputs[0], values=(("rubric", "half \ud800"),), name="\udfff")
    judged(store, "j1", [broken])
    [given] = store.iteration_detail("j1").sets
    assert (given.values, given.name) == ((("rubric", "half \ufffd"),), "\ufffd")


def test_costs_count_every_attempt_of_the_scoring(store: Store, outputs: list[str]) -> None:
    starts = [judgement(about(key(place)), f"o{place}", uid) for place, uid in enumerate(outputs)]
    priced = Result("finished", "yes", cost_usd=0.25)
    judged(store, "j1", starts[:1], priced)
    store.judges.start_judgements("j1", starts[1:], "owner", LATER).result(60)
    ended(store, starts[1:], replace(FAILED, cost_usd=0.5))
    again = replace(starts[1], output_uid="again")
    store.judges.start_judgements("j1", [again], "owner", LATER).result(60)
    ended(store, [again])
    assert store.judges.counts("s1") == JudgementCounts(finished=2, cost_usd=0.75, unpriced=1)


# Used again


def test_judgement_with_a_known_identity_is_used_again(store: Store, outputs: list[str]) -> None:
    starts = [judgement(about(key(place)), f"o{place}", uid) for place, uid in enumerate(outputs)]
    store.judges.begin_run(judging("j1", starts)).result(60)
    identities = [one.identity for one in starts]
    assert store.judges.reusable("jp", identities) == {}
    ended(store, starts[:1])
    ended(store, starts[1:], FAILED)
    assert store.judges.reusable("jp", [*identities, "0" * 64]) == {identities[0]: "o0"}
    # Only judgements of the same judge prompt count.
    judge_prompt(store, kind="factuality", uid="facts")
    assert store.judges.reusable("facts", identities) == {}
    store.tests.begin_scoring("t1", "s2", (RUBRIC,), LATER).result(60)
    reused = [ReusedJudgement(about(key(0)), RUBRIC, identities[0], "o0")]
    store.judges.reuse("s2", reused).result(60)
    store.judges.reuse("s2", reused).result(60)
    assert store.judges.counts("s2") == JudgementCounts(finished=1, reused=1)
    assert store.judges.counts("s1").reused == 0
    assert [(one.output_uid, one.text) for one in store.judges.replies("s2", *EVERY)] == [("o0", "reply o0")]
    assert store.judges.runs("s2") == ()
    # Only the missing one is asked.
    judged(store, "j2", [replace(starts[1], output_uid="o9")], scoring="s2")
    assert [one.output_uid for one in store.judges.replies("s2", *EVERY)] == ["o0", "o9"]
    with pytest.raises(StoreError, match="judgement"):
        store.judges.reuse("s2", [replace(reused[0], output_uid=outputs[0])]).result(60)


def test_judgement_of_a_deleted_test_is_not_used_again(store: Store, outputs: list[str]) -> None:
    start = judgement(about(key(0)), "o0", outputs[0])
    judged(store, "j1", [start])
    store.curation.delete(["t1"], True).result(60)
    assert store.judges.reusable("jp", [start.identity]) == {}
    assert found(store, "kind:judge") == []
    assert found(store, "kind:judge is:deleted") == ["j1"]
    store.curation.delete(["t1"], False).result(60)
    assert store.judges.reusable("jp", [start.identity]) == {start.identity: "o0"}


def test_judges_of_a_scoring_are_told_by_check(store: Store, outputs: list[str]) -> None:
    starts = [judgement(about(key(place)), f"o{place}", uid) for place, uid in enumerate(outputs)]
    embedded = judgement(about(key(1), step=1), "o2", outputs[1], lane=1)
    judged(store, "j1", [*starts, embedded])
    store.tests.begin_scoring("t1", "s2", (RUBRIC,), LATER).result(60)
    store.judges.reuse("s2", [ReusedJudgement(starts[0].key, RUBRIC, starts[0].identity, "o0")]).result(60)
    judged(store, "j2", [replace(starts[1], output_uid="o9")], scoring="s2")
    told = [
        (one.check_hash, one.check_type, one.prompt_uid, one.version, one.lane.model, one.judgements, one.steps)
        for scoring in ("s1", "s2")
        for one in store.judges.judges(scoring)
    ]
    assert told == [
        (HASH, "llm-rubric", "jp", 1, "judge", 2, (0,)),
        (HASH, "llm-rubric", "jp", 1, "vectors", 1, (1,)),
        (HASH, "llm-rubric", "jp", 1, "judge", 2, (0,)),
    ]


# History


def test_judge_runs_are_found_only_when_asked_for(store: Store) -> None:
    filled(store)
    assert found(store, "") == ["t1"]
    assert found(store, "secret") == []
    assert found(store, "kind:judge") == ["j1"]
    assert found(store, "kind:judge secret") == ["j1"]
    assert found(store, "-kind:test") == []
    assert found(store, "is:deleted") == []
    assert [row.run_uid for row in store.iterations("jp")] == []
    [row] = store.timeline("jp").rows
    assert (row.ran, row.judged) == (False, True)  # type: ignore[union-attr]


def test_judge_run_that_grows_while_others_begin_is_found_once(store: Store, outputs: list[str]) -> None:
    starts = [
        judgement(about(key(place % 2), seq=place), f"o{place}", outputs[place % 2], values=(("output", f"w{place}"),))
        for place in range(6)
    ]
    judged(store, "j1", starts[:2])
    for place in (2, 4):
        store.begin_run(run(f"r{place}", text("hello"), at=LATER)).result(60)
        store.finish_output(f"r{place}.0.0", done("fine"), LATER).result(60)
        store.judges.start_judgements("j1", starts[place : place + 2], "owner", LATER).result(60)
        ended(store, starts[place : place + 2])
    assert found(store, "kind:judge") == ["j1"]
    for place in range(6):
        assert found(store, f"kind:judge w{place}") == ["j1"]
    query = parse("kind:judge reply").query
    page = store.searches.page(query, lambda moment: moment, limit=1)
    assert ([row.row.run_uid for row in page.rows], page.next) == (["j1"], None)
    assert found(store, "") == ["r4", "r2", "t1"]
    store.searches.rebuild().result(60)
    assert found(store, "kind:judge w5") == ["j1"]


def test_large_judge_run_is_shown_in_part(store: Store, outputs: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.store.runs import timeline

    monkeypatch.setattr(timeline, "_MOST_JUDGED", 1)
    starts = [judgement(about(key(place)), f"o{place}", uid) for place, uid in enumerate(outputs)]
    judged(store, "j1", starts)
    detail = store.iteration_detail("j1")
    assert (len(detail.sets), len(detail.outputs)) == (1, 1)
    assert detail.row.damage == "it judged 2 answers, of which 1 are shown"
    [part] = store.exports.parts(["j1"])
    assert (len(part.detail.sets), len(part.detail.outputs)) == (2, 2)


def test_what_a_judge_said_of_held_out_cases_is_hidden(store: Store, path: Path) -> None:
    store.packs.save_cases("p", [case(0), case(1)])
    filled(store)
    store.tests.set_aside("p", ["case-0"], "salt", NOW).result(60)
    assert found(store, "kind:judge") == ["j1"]
    assert found(store, "kind:judge case-0") == []
    detail = store.iteration_detail("j1")
    assert sorted({one.value_set for one in detail.outputs}) == [2, 3]
    assert [bool(one.values) for one in detail.sets] == [False, False, True, True]
    assert [one.key.case for one in store.judges.answers("t1", "s1", HASH, 0)] == [1]
    # Totals count them.
    assert [len(column.cells) for column in store.judges.results("t1", "s1", HASH)] == [2, 2]
    store.tests.end_holdout("p", LATER).result(60)
    assert len(store.iteration_detail("j1").outputs) == 4


def test_history_without_tables_of_judges_is_read(tmp_path: Path) -> None:
    """As one of format 1.7 that is opened read-only."""
    from contextlib import closing

    from tests.store.testing.suites import scored
    from workbench.core.testing.grid import GridQuery
    from workbench.store.sqlite import sqlite3

    path = tmp_path / "old.db"
    store = opened(path)
    store.create_prompt("p", "Order bot", NOW)
    begun(store, "t1", cases=(case(0),))
    [output] = answered(store, "t1", [key(0)])
    store.tests.begin_scoring("t1", "s1", (CONTAINS,), NOW)
    store.tests.save_scores("s1", [scored(key(0), output, "pass")]).result(60)
    with closing(sqlite3.connect(path)) as connection:
        for view in ("judgement_list", "label_list"):
            connection.execute(f"DROP VIEW {view}")
        for table in ("judge_verdicts", "judge_labels", "judgements", "judge_runs", "judge_prompts"):
            connection.execute(f"DROP TABLE {table}")
    judges = store.judges
    assert [row.uid for row in store.prompts()] == ["p"]
    assert store.last_prompt() == "p"
    assert (judges.judge_prompts("p"), judges.described("p"), judges.reusable("p", ["x"])) == ((), None, {})
    assert (judges.runs("s1"), judges.missing("s1", None, 9), judges.judges("s1")) == ((), (), ())
    assert (judges.counts("s1"), judges.replies("s1", *EVERY)) == (JudgementCounts(), ())
    assert (judges.labels("t1", HASH), judges.prompt_labels("p", HASH), judges.checks("t1", "s1")) == ((), (), ())
    assert [column.cells for column in judges.results("t1", "s1", HASH)] == [(), ()]
    assert judges.answers("t1", "s1", HASH, 0) == ()
    assert store.tests.page("t1", "s1", GridQuery("label_differs"), "", 9).rows == ()
    assert store.tests.counts("t1", "s1", GridQuery()).rows["repeats_differ"] == 0
    assert store.searches.known()["prompt"] == ("Order bot",)
    assert found(store, "") == ["t1"]
    assert store.deleting.deleted().prompts == ()
    store.close()
