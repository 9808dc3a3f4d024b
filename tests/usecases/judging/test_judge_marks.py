"""What a judge said of answers that are shown beside each other, over real histories."""

from __future__ import annotations

from pathlib import Path

from tests.usecases.judged_history import history, runs
from tests.usecases.judged_pairs import against_people, compared
from workbench.usecases.judging.judge_marks import JudgeMarks, judge_marks


def test_marks_are_of_the_judge_that_compared_last_and_name_the_other_answer(tmp_path: Path) -> None:
    store, prompt = history(tmp_path / "h.db")
    # Values repeat after three runs.
    one, two, three, *_, four, _ = runs(store, prompt, 4, versions=1, judged=False)
    assert judge_marks(store, prompt, (one, two)) == JudgeMarks()
    compared(store, prompt, [(one, two, "first")], model="acme/old")
    compared(store, prompt, [(two, one, "first"), (one, four, "neither")])
    found = judge_marks(store, prompt, (one, two))
    assert found.judge == "judge"
    assert found.criterion == "The kinder one."
    assert found.marks == {two: (("better", one),), one: (("worse", two), ("tie", four))}
    assert judge_marks(store, prompt, (three,)).marks == {}
    store.close()


def test_a_judge_is_measured_by_all_pairs_that_it_and_people_compared(tmp_path: Path) -> None:
    store, prompt = history(tmp_path / "h.db")
    outputs = runs(store, prompt, 40)
    against_people(store, prompt, lambda number: number % 4 > 0)
    found = judge_marks(store, prompt, outputs[:2])
    assert found.is_measured
    assert found.agreement.startswith("The judge judge decided like you in 30 of 40 pairs")
    compared(store, prompt, [(outputs[0], outputs[1], "first")], model="acme/new")
    newer = judge_marks(store, prompt, outputs[:2])
    assert (newer.judge, newer.is_measured) == ("new", False)
    assert newer.agreement.startswith("Unmeasured: the judge new decided like you in ")
    store.close()
