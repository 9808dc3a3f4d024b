"""Training rows: no duplicates, no row in both parts, no contradictions."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.runs import AnswerStep
from workbench.core.training import (
    TrainingCall,
    TrainingRow,
    TrainingTurn,
    Turns,
    prepare,
    renumbered,
    text_of,
    turns_of,
)

ANSWER = (TrainingTurn("assistant", "It arrives on Friday, as the carrier told us this morning."),)
OTHER = (TrainingTurn("assistant", "I have no idea. Ask somebody else, please."),)


def row(
    values: str, completion: Turns = ANSWER, *, rejected: Turns = (), label: bool = True, output: str = "o"
) -> TrainingRow:
    prompt = (TrainingTurn("user", f"Where is {values}?"),)
    return TrainingRow(output, values, values, prompt, completion, rejected, label)


def test_tool_rounds_become_turns() -> None:
    steps = (
        AnswerStep("reasoning", "hm"),
        AnswerStep("text", "Let me look."),
        AnswerStep("tool_call", '{"n": 1}', "look", "c1"),
        AnswerStep("tool_call", '{"n": 2}', "look", "c2"),
        AnswerStep("tool_result", "late", "look", "c1"),
        AnswerStep("tool_result", "here", "look", "c2"),
        AnswerStep("tool_call", "", "now", ""),
        AnswerStep("tool_result", "noon", "now", ""),
        AnswerStep("text", "One is late."),
    )
    assert turns_of(steps, "One is late.") == (
        TrainingTurn(
            "assistant",
            "Let me look.",
            (TrainingCall("c1", "look", '{"n": 1}'), TrainingCall("c2", "look", '{"n": 2}')),
        ),
        TrainingTurn("tool", "late", (), "c1", "look"),
        TrainingTurn("tool", "here", (), "c2", "look"),
        TrainingTurn("assistant", "", (TrainingCall("call_3_0", "now", "{}"),)),
        TrainingTurn("tool", "noon", (), "call_3_0", "now"),
        TrainingTurn("assistant", "One is late."),
    )
    assert turns_of((), "Plain.") == (TrainingTurn("assistant", "Plain."),)


def test_call_ids_are_renumbered() -> None:
    turns = (
        TrainingTurn("assistant", "", (TrainingCall("toolu_9", "look", "{}"),)),
        TrainingTurn("tool", "late", (), "toolu_9", "look"),
    )
    one, two = renumbered(turns)
    assert (one.calls[0].id, two.call_id) == ("call_1", "call_1")
    assert text_of(turns) == text_of((one, two))


def test_duplicate_rows_are_removed() -> None:
    near = (TrainingTurn("assistant", ANSWER[0].text.replace("morning", "morning.")),)
    split = prepare([row("a"), row("a"), row("a", near), row("a", OTHER)], "chosen", 0)
    assert [one.completion for one in split.train] == [ANSWER, OTHER]
    assert dict(split.left_out) == {"duplicates": 1, "near-duplicates": 1}


@pytest.mark.parametrize(
    ("completion", "reason"),
    [
        ((), "empty"),
        ((TrainingTurn("assistant", "  \n"),), "empty"),
        ((TrainingTurn("assistant", "x", (TrainingCall("c", "look", "{}"),)),), "empty"),
        (
            (
                TrainingTurn("assistant", "", (TrainingCall("c", "look", "[1]"),)),
                TrainingTurn("tool", "y", (), "c"),
                *ANSWER,
            ),
            "not a JSON object",
        ),
        (
            (
                TrainingTurn("assistant", "", (TrainingCall("c", "look", "{"),)),
                TrainingTurn("tool", "y", (), "c"),
                *ANSWER,
            ),
            "not a JSON object",
        ),
    ],
)
def test_unusable_rows_are_left_out_and_counted(completion: Turns, reason: str) -> None:
    split = prepare([row("a", completion), row("b")], "chosen", 0)
    assert [one.values for one in split.train] == ["b"]
    ((told, count),) = split.left_out
    assert (reason in told, count) == (True, 1)


def test_contradictory_rows_are_left_out_and_listed() -> None:
    better = row("a", ANSWER, rejected=OTHER, output="o1")
    worse = row("a", OTHER, rejected=ANSWER, output="o2")
    split = prepare([better, worse, row("b", ANSWER, rejected=OTHER)], "preference", 0)
    assert [one.values for one in split.train] == ["b"]
    (found,) = split.contradictions
    assert (found.about, found.outputs) == ("a", ("o2", "o1")) or set(found.outputs) == {"o1", "o2"}
    good, bad = row("a"), row("a", label=False, output="p")
    split = prepare([good, bad, row("a", OTHER, label=False)], "label", 0)
    assert [(one.completion, one.label) for one in split.train] == [(OTHER, False)]
    assert len(split.contradictions) == 1


def test_similar_value_sets_are_in_the_same_part() -> None:
    text = "My order 123ABCDEFG was to arrive on Monday and it still is not here, can you tell me where it is now? "
    rows = [
        row(f"{text}{'!' * n}", (TrainingTurn("assistant", f"Answer number {n}, {'x' * n * 9}"),)) for n in range(4)
    ]
    rows += [row(name * 30, (TrainingTurn("assistant", name * 20),)) for name in "abcdefgh"]
    for seed in range(20):
        split = prepare(rows, "chosen", 0.3, seed)
        sides = {one.values in {r.values for r in split.train} for one in rows[:4]}
        assert len(sides) == 1
        assert split.train
        assert split.validation


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdefgh"), st.text("xyz ", min_size=1, max_size=30), st.booleans()), max_size=20
    ),
    st.sampled_from([0.0, 0.1, 0.5, 0.9]),
    st.integers(0, 5),
)
def test_no_value_set_is_in_both_parts(made: list[tuple[str, str, bool]], share: float, seed: int) -> None:
    rows = [
        row(v * 20, (TrainingTurn("assistant", text),), label=label, output=str(n))
        for n, (v, text, label) in enumerate(made)
    ]
    split = prepare(rows, "label", share, seed)
    assert {one.values for one in split.train}.isdisjoint(one.values for one in split.validation)
    assert len(split.train) + len(split.validation) + sum(count for _, count in split.left_out) == len(rows)
    assert not (split.validation and not split.train)
    assert prepare(rows, "label", share, seed) == split
    assert not split.validation or share > 0


@pytest.mark.parametrize("seed", range(8))
def test_validation_gets_its_share_but_never_the_majority(seed: int) -> None:
    # One value set was asked many times, another one once: independent of which is drawn first.
    often = [row("the lamp", said) for said in (ANSWER, OTHER, (TrainingTurn("assistant", "Tuesday!"),))]
    split = prepare([*often, row("two chairs")], "chosen", 0.1, seed)
    assert [len(split.train), len(split.validation)] == [3, 1]
    names = ("lamp", "chairs", "table", "shoes", "a book", "my coat", "gloves", "mirror", "bicycle", "kettle")
    split = prepare([*often, *(row(name) for name in names)], "chosen", 0.2, seed)
    assert [len(split.train), len(split.validation)] == [10, 3]


def test_single_value_set_is_used_for_training_only() -> None:
    split = prepare([row("a"), row("a", OTHER)], "chosen", 0.5)
    assert (len(split.train), len(split.validation)) == (2, 0)


@pytest.mark.deep(only=True)
def test_two_thousand_rows_are_compared() -> None:
    rows = [
        row(f"{n} {n * n} {n * 7}", (TrainingTurn("assistant", f"{n * 31} and {n * n * n} " * 10),))
        for n in range(2000)
    ]
    assert len(prepare([*rows, *(replace(one) for one in rows[:10])], "chosen", 0.1).train) > 1000


def asked(name: str, review: str, answer: str = "positive", **parts: object) -> TrainingRow:
    """Return a row with a long instruction, as is typical of prompts."""
    prompt = (
        TrainingTurn("system", "Say whether the review is positive or negative. " * 50),
        TrainingTurn("user", review),
    )
    made = TrainingRow(
        name, name, f"review: {review}", prompt, (TrainingTurn("assistant", answer),), given=(("review", review),)
    )
    return replace(made, **parts)  # type: ignore[arg-type]


REVIEWS = (
    "The plot drags, yet the last scene made up for it.",
    "I laughed all evening.",
    "Wonderful music, and such a warm story!",
)


def test_long_instruction_does_not_make_questions_near_duplicates() -> None:
    rows = [asked(str(n), review) for n, review in enumerate(REVIEWS)]
    split = prepare([*rows, asked("x", f"{REVIEWS[2]}!")], "chosen", 0)
    assert split.train == tuple(rows)
    assert split.left_out == (("near-duplicates", 1),)
    # In a single message with it they are told apart by their values.
    single = [replace(r, prompt=(TrainingTurn("user", r.prompt[0].text + r.prompt[1].text),)) for r in rows]
    assert prepare(single, "chosen", 0).train == tuple(single)


def test_long_texts_that_differ_in_the_middle_are_near_duplicates() -> None:
    long = " ".join(str(n * n) for n in range(600))
    middle = len(long) // 2
    rows = [asked("1", long), asked("2", f"{long[:middle]}!{long[middle:]}"), asked("3", long[::-1])]
    assert [one.output for one in prepare(rows, "chosen", 0).train] == ["1", "3"]


def test_value_sets_with_the_same_question_are_in_the_same_part() -> None:
    """Values that the prompt does not ask for make no other question."""
    rows = [asked(str(n), REVIEWS[0], f"answer {'abcdef'[n] * 20}") for n in range(6)]
    rows += [asked(f"other {n}", review) for n, review in enumerate(REVIEWS[1:])]
    for seed in range(10):
        split = prepare(rows, "chosen", 0.5, seed)
        assert len({one.values in {r.values for r in split.train} for one in rows[:6]}) == 1
        assert split.validation


def test_answer_judged_both_good_and_bad_is_listed() -> None:
    rows = [asked("1", REVIEWS[0]), asked("2", REVIEWS[1]), asked("3", REVIEWS[0], label=False)]
    rows.append(asked("4", REVIEWS[2], "", label=False))
    split = prepare(rows, "chosen", 0)
    assert [one.output for one in split.train] == ["2"]
    assert split.left_out == (("answers judged both better and worse, or good and bad", 1),)
    assert [one.outputs for one in split.contradictions] == [("1", "3")]
