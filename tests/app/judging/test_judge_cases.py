"""Disagreements as cases of the judge prompt: their values, checks, and that nothing is added twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.judging.judges import HASH, RUBRIC, label
from tests.store.making import NOW, opened
from tests.store.testing.suites import key
from tests.ui.judged_support import JUDGE, is_good, judged_test, label_all, says
from workbench.app.judging import judge_cases
from workbench.app.judging.judge_cases import NONE_DIFFER, JudgePrompts, JudgeToImprove, expected_verdict
from workbench.app.judging.labelling import LabelledCheck, question_of
from workbench.app.judging.stored_judges import StoredJudges
from workbench.core.cases import Case, Check
from workbench.core.content import Content, Message
from workbench.core.testing.grid import SuiteRun
from workbench.core.testing.settings import JudgeSettings, SuiteSettings
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.store import Store
from workbench.usecases.problems import RefusedError

CHECK = LabelledCheck(HASH, RUBRIC, "is kind")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = opened(tmp_path / "history.db")
    made.create_prompt("p", "Order bot", NOW).result()
    yield made
    made.close()


@pytest.fixture
def prompts(store: Store) -> JudgePrompts:
    return JudgePrompts(store, new_uid, utc_now)


def test_answers_seen_differently_become_cases_with_the_labels_as_checks(store: Store, prompts: JudgePrompts) -> None:
    outputs = judged_test(store)
    label_all(store, outputs)
    run = store.tests.runs("p")[0]
    made = prompts.improve("p", run, CHECK)
    wrong = {
        store.tests.case("t1", number).name
        for number in range(24)
        for column in range(2)
        if says(number, column) != ("pass" if is_good(number, column) else "fail")
    }
    cases = store.packs.cases(made.prompt.uid)
    assert {case.cluster for case in cases} <= wrong
    assert (made.cases, made.added) == (len(cases), len(cases))
    assert all(case.tags == ("you: fail",) for case in cases)
    assert dict(cases[0].values) == {"output": "ok: order 3. Wait.", "rubric": "is kind"}
    (check,) = cases[0].checks
    assert (check.type, json.loads(check.value)["properties"]) == ("contains-json", {"pass": {"const": False}})
    lane = store.tests.settings(made.prompt.uid).columns[0]
    assert (lane.endpoint, lane.model, lane.pinned) == ("echo", "judge", None)
    assert JUDGE.model not in lane.model
    assert prompts.owner_of(made.prompt.uid) == "p"
    assert prompts.owner_of("p") == ""


def test_a_changed_label_changes_the_check_and_nothing_is_added_twice(store: Store, prompts: JudgePrompts) -> None:
    outputs = judged_test(store, cases=4)
    label_all(store, outputs)
    run = store.tests.runs("p")[0]
    before = prompts.improve("p", run, CHECK)
    assert prompts.improve("p", run, CHECK) == replace(before, added=0)
    assert len(store.packs.cases(before.prompt.uid)) == before.cases


def test_a_label_corrected_to_what_the_judge_said_changes_the_check_of_its_case(
    store: Store, prompts: JudgePrompts
) -> None:
    outputs, run, made = _improved(store, prompts)
    first, *others = store.packs.cases(made.prompt.uid)
    assert others
    assert _expected(first) == {"pass": {"const": False}}
    alike = [output for output in outputs if _given(store, output) == first.values]

    # The person was wrong about this answer: the judge is right.
    for place, output in enumerate(alike):
        label(store, output, "pass", f"right{place}", at="2026-11-25T00:00:00.000Z")
    again = prompts.improve("p", run, CHECK)
    assert (again.cases, again.added, again.followed) == (made.cases - 1, 0, 1)
    assert again.sentence.endswith(" 1 earlier case now follows your changed labels.")
    now, *untouched = store.packs.cases(made.prompt.uid)
    assert untouched == others
    assert (now.uid, now.name, now.values) == (first.uid, first.name, first.values)
    assert (_expected(now), now.tags) == ({"pass": {"const": True}}, ("you: pass",))
    assert now.notes == "The judge said pass, you said pass."

    # The correction is taken back.
    for place, output in enumerate(alike):
        label(store, output, "fail", f"back{place}", at="2026-11-26T00:00:00.000Z")
    back = prompts.improve("p", run, CHECK)
    assert (back.cases, back.followed) == (made.cases, 0)
    assert store.packs.cases(made.prompt.uid) == (first, *others)


def test_cases_follow_the_labels_when_the_judge_and_the_person_agree_about_all(
    store: Store, prompts: JudgePrompts
) -> None:
    outputs = judged_test(store, cases=4)
    label_all(store, outputs)
    run = store.tests.runs("p")[0]
    made = prompts.improve("p", run, CHECK)
    for place, output in enumerate(outputs):
        label(store, output, says(*map(int, output.split(".")[1:3])), f"again{place}", at="2026-11-25T00:00:00.000Z")
    with pytest.raises(RefusedError, match=NONE_DIFFER[:30]) as told:
        prompts.improve("p", run, CHECK)
    assert f"{told.value}".endswith("follow your changed labels." if made.cases > 1 else "follows your changed labels.")
    assert [_expected(case) for case in store.packs.cases(made.prompt.uid)] == [{"pass": {"const": True}}] * made.cases
    with pytest.raises(RefusedError, match=NONE_DIFFER[:30]) as told:
        prompts.improve("p", run, CHECK)
    assert f"{told.value}" == NONE_DIFFER


def test_a_case_whose_label_is_taken_back_expects_nothing_and_checks_of_the_person_stay(
    store: Store, prompts: JudgePrompts
) -> None:
    outputs, run, made = _improved(store, prompts)
    first, second, *_ = store.packs.cases(made.prompt.uid)
    own = replace(second, checks=(Check("contains", value='"polite"'),))
    store.packs.change_case(made.prompt.uid, own).result()
    for place, output in enumerate(outputs):
        if _given(store, output) == first.values:
            label(store, output, "unsure", f"unsure{place}", at="2026-11-25T00:00:00.000Z")
        if _given(store, output) == second.values:
            label(store, output, "none", f"none{place}", at="2026-11-25T00:00:00.000Z")
    prompts.improve("p", run, CHECK)
    without, kept, *_ = store.packs.cases(made.prompt.uid)
    assert (without.uid, without.checks, without.tags) == (first.uid, (), ())
    assert without.notes == "The judge said pass. You took back what you said of this answer."
    assert kept == own


def _improved(store: Store, prompts: JudgePrompts) -> tuple[list[str], SuiteRun, JudgeToImprove]:
    """Label a judged test and improve its judge; return the answers, the test and what was made."""
    outputs = judged_test(store)
    label_all(store, outputs)
    run = store.tests.runs("p")[0]
    return outputs, run, prompts.improve("p", run, CHECK)


def _given(store: Store, output: str) -> tuple[tuple[str, str], ...]:
    run = store.tests.runs("p")[0]
    number, column = map(int, output.split(".")[1:3])
    return store.judges.given_values(run.scoring_uid, key(number, column), HASH)


def _expected(case: Case) -> object:
    (check,) = case.checks
    return json.loads(check.value)["properties"]


def test_the_sentence_counts_different_answers_and_begins_with_the_next_step(
    store: Store, prompts: JudgePrompts, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = judged_test(store)
    label_all(store, outputs)
    run = store.tests.runs("p")[0]
    made = prompts.improve("p", run, CHECK)
    seen = sum(
        says(number, column) != ("pass" if is_good(number, column) else "fail")
        for number in range(24)
        for column in range(2)
    )
    # Both columns gave some cases the same answer.
    assert made.cases < made.answers == seen
    assert made.sentence == f"Edit, then test: {made.cases} different answers you and the judge disagree on."
    assert len(made.sentence) <= 72, "the header of a narrow window has room for so much"
    monkeypatch.setattr(judge_cases, "MOST_CASES", 2)
    assert ": the first 2 different answers you and" in prompts.improve("p", run, CHECK).sentence
    monkeypatch.setattr(judge_cases, "MOST_CASES", made.cases)
    assert prompts.improve("p", run, CHECK).sentence == made.sentence, "nothing is left out"
    one = replace(made, cases=1, answers=1)
    assert one.sentence == "Edit, then test: 1 answer you and the judge disagree on."


def test_verdicts_of_each_type_are_checked_in_its_own_form() -> None:
    def wanted(check: Check, *, is_pass: bool) -> object:
        return json.loads(expected_verdict(check, is_pass=is_pass).value)["properties"]

    assert wanted(RUBRIC, is_pass=True) == {"pass": {"const": True}}
    assert wanted(replace(RUBRIC, negated=True), is_pass=True) == {"pass": {"const": False}}
    assert wanted(Check("model-graded-closedqa"), is_pass=False) == {"verdict": {"const": "N"}}
    assert wanted(Check("factuality"), is_pass=False) == {"category": {"enum": ["D"]}}
    strict = Check("model-graded-factuality", config='{"superset":0,"differButFactual":0}')
    assert wanted(strict, is_pass=True) == {"category": {"enum": ["A", "C"]}}
    for kind in ("select-best", "answer-relevance"):
        with pytest.raises(RefusedError):
            expected_verdict(Check(kind), is_pass=True)


def test_only_shipped_judge_prompts_are_edited(store: Store, prompts: JudgePrompts) -> None:
    made = prompts.ensure("p", Check("factuality"))
    assert prompts.ensure("p", Check("model-graded-factuality")).uid == made.uid
    content = store.version(made.uid, 1).content
    assert isinstance(content, Content)
    assert any("{{ideal}}" in message.text for message in content.messages if isinstance(message, Message))
    for check in (Check("similar"), replace(RUBRIC, rubric_prompt='"Grade {{output}}"')):
        with pytest.raises(RefusedError):
            prompts.ensure("p", check)


def test_an_answer_is_shown_without_its_column_and_verdict(store: Store) -> None:
    judged_test(store)
    source = StoredJudges(store, new_uid, utc_now)
    run = store.tests.runs("p")[0]
    (check,) = source.checks(run.uid, run.scoring_uid)
    page = source.session(run, check).take("start")
    assert page.answer is not None
    assert (page.answer.question, page.answer.criterion) == ("Does the answer meet this?", "is kind")
    assert [name for name, _ in page.answer.values] == ["order", "tone"]
    assert not any(word in f"{page.answer}" for word in ("acme", "judge", "pass", "fail"))
    assert not page.can_undo


def test_compose_shows_the_text_by_which_judges_are_asked(store: Store, prompts: JudgePrompts) -> None:
    store.tests.save_settings("p", SuiteSettings(judge=JudgeSettings(JUDGE)), NOW).result()
    made = prompts.prepare(prompts.ensure("p", RUBRIC))
    draft = store.draft(made.uid)
    assert draft is not None
    assert draft.content == store.version(made.uid, 1).content
    assert (draft.based_on, [lane.model for lane in draft.lanes]) == (1, ["acme-judge"])
    changed = replace(draft, content=Content((Message("user", "Grade {{output}}"),)))
    store.save_draft(made.uid, changed, NOW).result()
    prompts.prepare(made)
    now = store.draft(made.uid)
    assert now is not None
    assert now.content == changed.content


def test_negated_checks_are_asked_the_other_way_round() -> None:
    assert question_of(replace(RUBRIC, negated=True)) == "Does the answer avoid this?"
    assert question_of(Check("similar:cosine")) == "Does the answer mean about the same as this?"
