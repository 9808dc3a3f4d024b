"""The judging queue on real histories: the pairs, the stored rows, and undo."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.usecases.judged_history import history, kept_texts, runs
from workbench.core.ranking.davidson import fit
from workbench.core.ranking.judgements import compare
from workbench.core.ranking.pairs import PairOption
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import Store, StoreError, open_store
from workbench.store.maintenance.history_purge import PurgeTargets
from workbench.usecases import judging_session
from workbench.usecases.entrants import judgement_of, maker
from workbench.usecases.judging_session import KEPT, JudgingSession, ShownPair, few
from workbench.usecases.ranking_result import Grouping


@pytest.fixture
def made(tmp_path: Path) -> Iterator[tuple[Store, str]]:
    store, prompt = history(tmp_path / "history.db")
    yield store, prompt
    store.close()


def sitting(made: tuple[Store, str]) -> JudgingSession:
    return JudgingSession(*made, new_uid, utc_now)


def drawn(one: JudgingSession) -> ShownPair:
    shown = one.prepare()
    assert shown is not None
    return shown


def test_pairs_have_different_lanes_and_the_same_values(made: tuple[Store, str]) -> None:
    store, prompt = made
    runs(store, prompt, 12, judged=False)
    answers = {answer.uid: answer for answer in store.judgements.answers(prompt)}
    one = sitting(made)
    seen = set()
    while (shown := one.prepare()) is not None:
        left, right = answers[shown.pair.left], answers[shown.pair.right]
        assert left.values == right.values
        assert left.who != right.who
        assert shown.values[0][0] == "order"
        assert shown.values[0][1] in shown.left
        seen.add(frozenset((left.uid, right.uid)))
    assert len(seen) == one.pairs > 12


def test_verdicts_are_stored_as_given(made: tuple[Store, str]) -> None:
    store, prompt = made
    runs(store, prompt, 6, judged=False)
    one = sitting(made)
    first, second, third = drawn(one), drawn(one), drawn(one)
    one.judge(first, "winner", 2).result(60)
    one.judge(second, "tie").result(60)
    one.judge(third, "all_bad").result(60)
    stored = store.judgements.verdicts(prompt)
    assert [(v.run, v.kind, v.blind) for v in stored] == [("", k, True) for k in ("winner", "tie", "all_bad")]
    assert [(o.uid, o.place) for o in stored[0].outputs] == [(first.pair.left, 2), (first.pair.right, 1)]
    assert [o.uid for o in stored[1].outputs] == [second.pair.left, second.pair.right]
    assert one.judged == 3


def test_undo_returns_the_pair_and_removes_the_stored_verdict(made: tuple[Store, str]) -> None:
    store, prompt = made
    runs(store, prompt, 6, judged=False)
    one = sitting(made)
    assert one.undo() is None
    shown = drawn(one)
    one.judge(shown, "tie").result(60)
    undone = one.undo()
    assert undone is not None
    assert undone.shown is shown
    undone.stored.result(60)
    assert (one.judged, store.judgements.verdicts(prompt)) == (0, [])


def test_texts_of_old_pairs_are_released_and_reread_after_undo(made: tuple[Store, str]) -> None:
    store, prompt = made
    outputs = set(runs(store, prompt, 30, judged=False))
    one = sitting(made)
    told = []
    for _ in range(KEPT + 5):
        shown = drawn(one)
        told.append((shown.pair, shown.left, shown.right, shown.values))
        one.judge(shown, "tie").result(60)
        del shown
    assert kept_texts(outputs) == KEPT
    for number, expected in enumerate(reversed(told)):
        undone = one.undo()
        assert undone is not None
        assert (undone.shown is not None) == (number < KEPT)
        again = undone.shown or one.read(undone.pair)
        assert (again.pair, again.left, again.right, again.values) == expected
        undone.stored.result(60)
    assert (one.judged, store.judgements.verdicts(prompt)) == (0, [])


def test_judged_pairs_repeat_swapped_and_count_for_consistency(made: tuple[Store, str]) -> None:
    store, prompt = made
    runs(store, prompt, 12, judged=False)
    one = sitting(made)
    for _ in range(5):
        one.judge(drawn(one), "winner", 1).result(60)
    before = {frozenset(o.uid for o in v.outputs): v.outputs[0].uid for v in store.judgements.verdicts(prompt)}
    later, repeats = sitting(made), 0
    for _ in range(40):
        shown = drawn(later)
        pair = frozenset((shown.pair.left, shown.pair.right))
        if shown.pair.again:
            repeats += 1
            assert before[pair] == shown.pair.right
        # The previous winner wins again.
        side = 2 if shown.pair.again else 1
        later.judge(shown, "winner", side).result(60)
    assert repeats == 2
    assert (later.consistency.repeats, later.consistency.agreeing) == (2, 2)


def test_session_without_answers_has_no_pairs(made: tuple[Store, str]) -> None:
    one = sitting(made)
    assert (one.pairs, one.prepare()) == (0, None)


def test_first_verdicts_each_request_an_update_of_the_strengths(made: tuple[Store, str]) -> None:
    store, prompt = made
    runs(store, prompt, 30, judged=False)
    one = sitting(made)
    for _ in range(10):
        assert not one.wants_to_learn
        one.judge(drawn(one), "winner", 1).result(60)
        assert one.wants_to_learn
        one.learn()
    assert one.prepare() is not None


def test_after_many_verdicts_an_update_waits_for_a_twentieth(made: tuple[Store, str]) -> None:
    store, prompt = made
    runs(store, prompt, 80, versions=2)
    one = sitting(made)
    for _ in range(3):
        one.judge(drawn(one), "winner", 1).result(60)
        assert not one.wants_to_learn
    one.judge(drawn(one), "winner", 1).result(60)
    assert one.wants_to_learn


@pytest.mark.parametrize("grouping", ["both", "version", "model", "technique", "everywhere"])
def test_ten_verdicts_connect_all_ranked_entrants(made: tuple[Store, str], grouping: Grouping) -> None:
    """Twenty-four answers, and pairs that touch none of them twice would connect nobody."""
    store, prompt = made
    runs(store, prompt, 12, versions=5, judged=False)
    for version in (2, 4):
        store.techniques.say(prompt, version, "role", "Role", used=True).result(60)
    one = JudgingSession(store, prompt, new_uid, utc_now, grouping)
    for _ in range(10):
        one.judge(drawn(one), "winner", 1).result(60)
    made_by, _ = maker(store, prompt, grouping, {answer.who for answer in store.judgements.answers(prompt)})
    stored = [judgement_of(verdict, made_by) for verdict in store.judgements.verdicts(prompt)]
    found = fit(compare(stored), also=one._names)
    assert len(found.groups) == 1
    assert len(found.entrants) == {"both": 10, "version": 5, "model": 2, "technique": 4, "everywhere": 2}[grouping]


def test_versions_are_first_compared_on_the_same_model(made: tuple[Store, str]) -> None:
    store, prompt = made
    runs(store, prompt, 12, versions=3, judged=False)
    answers = {answer.uid: answer.who for answer in store.judgements.answers(prompt)}
    one = JudgingSession(store, prompt, new_uid, utc_now, "version")
    for _ in range(6):
        pair = drawn(one).pair
        assert answers[pair.left].version != answers[pair.right].version
        assert answers[pair.left].model == answers[pair.right].model


def test_identical_answers_are_never_paired(made: tuple[Store, str]) -> None:
    store, prompt = made
    runs(store, prompt, 6, versions=3, judged=False, answer="The same for all.")
    assert sitting(made).pairs == 0
    runs(store, prompt, 3, versions=3, judged=False, answer="Version {version}.")
    one, seen = sitting(made), 0
    while (shown := one.prepare()) is not None:
        assert shown.left != shown.right
        seen += not shown.pair.again
    assert seen == one.pairs > 0


def test_skipped_pair_is_not_shown_again_and_connects_no_entrants(made: tuple[Store, str]) -> None:
    store, prompt = made
    runs(store, prompt, 30, versions=2, judged=False)
    one = sitting(made)
    skipped = set()
    for _ in range(5):
        shown = drawn(one)
        one.skip(shown)
        skipped.add(shown.pair.candidate.key)
    assert len(skipped) == 5
    assert (one.judged, store.judgements.verdicts(prompt)) == (0, [])
    for _ in range(30):
        shown = drawn(one)
        assert shown.pair.candidate.key not in skipped
        one.judge(shown, "winner", 1).result(60)
        stored = [judgement_of(verdict, one._maker) for verdict in store.judgements.verdicts(prompt)]
        assert len(fit(compare(stored)).groups) == 1


def test_all_bad_verdicts_connect_no_entrants(made: tuple[Store, str]) -> None:
    store, prompt = made
    runs(store, prompt, 30, versions=3, judged=False)
    one = sitting(made)
    for kind in ("all_bad", "all_bad", "winner", "winner", "all_bad", "winner", "winner", "winner", "winner"):
        one.judge(drawn(one), kind, 1 if kind == "winner" else 0).result(60)
    stored = [judgement_of(verdict, one._maker) for verdict in store.judgements.verdicts(prompt)]
    found = fit(compare(stored))
    assert (len(found.groups), len(found.entrants)) == (1, 6)


def test_undo_takes_back_skips_and_verdicts_in_order(made: tuple[Store, str]) -> None:
    store, prompt = made
    runs(store, prompt, 12, judged=False)
    one = sitting(made)
    first, second, third = drawn(one), drawn(one), drawn(one)
    one.judge(first, "tie").result(60)
    one.skip(second)
    one.judge(third, "tie").result(60)
    undone = one.undo()
    assert undone is not None
    assert undone.shown is third
    undone = one.undo()
    assert undone is not None
    assert (undone.shown, undone.stored) == (second, None)
    assert one.can_undo
    undone = one.undo()
    assert undone is not None
    assert undone.shown is first
    assert not one.can_undo


def test_pairs_with_deleted_answers_are_skipped(made: tuple[Store, str]) -> None:
    store, prompt = made
    uids = runs(store, prompt, 12, judged=False)
    one = sitting(made)
    first = drawn(one)
    gone = {first.pair.left, *uids[:4]}
    doomed = {answer.run for answer in store.judgements.answers(prompt) if answer.uid in gone}
    left = {answer.uid for answer in store.judgements.answers(prompt) if answer.run not in doomed}
    store.deleting.purge(PurgeTargets(tuple(doomed)), utc_now(), new_uid)
    with pytest.raises(StoreError):
        one.judge(first, "tie").result(60)
    one.forget(first)
    seen = 0
    while (shown := one.prepare()) is not None:
        assert {shown.pair.left, shown.pair.right} <= left
        one.judge(shown, "winner", 1).result(60)
        seen += 1
    assert 10 < seen < one.pairs
    assert len(store.judgements.verdicts(prompt)) == one.judged == seen


def test_session_shows_the_newest_prompt_and_names_answers_on_demand(made: tuple[Store, str]) -> None:
    store, prompt = made
    runs(store, prompt, 12, versions=3, judged=False)
    one = sitting(made)
    newest = max(store.version_numbers(prompt))
    told = store.version(prompt, newest).content.messages[0].text
    shown = drawn(one)
    assert told in one.prompt_text()
    answers = {answer.uid: answer.who for answer in store.judgements.answers(prompt)}
    names = [
        f"#{answers[uid].version} · {answers[uid].model.split('/')[1]}" for uid in (shown.pair.left, shown.pair.right)
    ]
    assert list(one.who(shown.pair)) == names


def test_answers_of_an_unjudged_blind_run_are_not_drawn(made: tuple[Store, str]) -> None:
    store, prompt = made
    runs(store, prompt, 4, blind=100)
    assert sitting(made).pairs > 0
    path = store.path
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM verdicts")
    connection.close()
    reopened = open_store(path, now=utc_now(), uid=new_uid)
    try:
        assert JudgingSession(reopened, prompt, new_uid, utc_now).pairs == 0
    finally:
        reopened.close()


def test_session_limits_the_number_of_entrants(made: tuple[Store, str], monkeypatch: pytest.MonkeyPatch) -> None:
    store, prompt = made
    runs(store, prompt, 40, versions=4)
    made_of = [PairOption(f"{n}x", f"{n}y", f"v{n}", f"v{n + 1}", "values") for n in range(9)]
    assert few(made_of, 4) == made_of[:3]
    assert few(made_of) == made_of
    monkeypatch.setattr(judging_session, "few", lambda candidates: few(candidates, 2))
    monkeypatch.setattr(judging_session, "MOST_ENTRANTS", 2)
    one = JudgingSession(store, prompt, new_uid, utc_now)
    shown = one.prepare()
    assert shown is not None
    one.judge(shown, "winner", 1).result(60)
    one.learn()
    met = {(c.first_entrant, c.second_entrant) for c in (shown.pair.candidate,)}
    while (shown := one.prepare()) is not None:
        met.add((shown.pair.candidate.first_entrant, shown.pair.candidate.second_entrant))
        one.judge(shown, "winner", 2).result(60)
        if one.judged > 30:
            break
    assert len({name for pair in met for name in pair}) == 2


def test_forgetting_an_unstored_verdict_keeps_the_undo_order(made: tuple[Store, str]) -> None:
    store, prompt = made
    runs(store, prompt, 12, judged=False)
    one = sitting(made)
    first, second, third = drawn(one), drawn(one), drawn(one)
    one.judge(first, "tie").result(60)
    one.skip(second)
    one.forget(first)
    one.judge(third, "tie").result(60)
    undone = one.undo()
    assert undone is not None
    assert undone.shown is third


def test_verdict_is_restored_in_order_when_its_undo_is_not_stored(made: tuple[Store, str]) -> None:
    store, prompt = made
    runs(store, prompt, 12, judged=False)
    one = sitting(made)
    first, second = drawn(one), drawn(one)
    one.judge(first, "winner", 1).result(60)
    one.skip(second)
    one.undo()
    undone = one.undo()
    assert undone is not None
    assert one.judged == 0
    one.skip(second)
    one.restore(undone)
    assert one.judged == 1
    assert [one.undo().shown for _ in range(2)] == [second, first]  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["skip", "all_bad"])
def test_dropped_prepared_pairs_are_chosen_again(made: tuple[Store, str], kind: str) -> None:
    store, prompt = made
    runs(store, prompt, 12, versions=5, judged=False)
    one = sitting(made)
    shown, *ahead = drawn(one), drawn(one), drawn(one)
    if kind == "skip":
        one.skip(shown)
    else:
        one.judge(shown, "all_bad").result(60)
    taken = one._queue.taken
    one.drop(ahead)
    seen = [drawn(one) for _ in range(20)]
    assert one._queue.taken == taken - 2 + 20
    assert len({one.pair.candidate.key for one in seen if not one.pair.again} | {shown.pair.candidate.key}) >= 20
    for number, pair in enumerate(seen[:9], 1):
        one.judge(pair, "winner", 1).result(60)
        found = fit(compare(judgement_of(verdict, one._maker) for verdict in store.judgements.verdicts(prompt)))
        assert len(found.groups) == 1, number
        assert len(found.entrants) >= min(10, number + 1), number
