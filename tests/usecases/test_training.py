"""Training files from a real history."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.store.making import LATER, NOW, done, lane, run, text, uids
from workbench.cli.exit_codes import OK, WRONG_USE
from workbench.cli.main import main
from workbench.core.blocks import Attachment, Example, Tool
from workbench.core.cases import Case
from workbench.core.content import Content, Message
from workbench.core.runs import AnswerStep, Result, Verdict
from workbench.store import Store, open_store
from workbench.store.sqlite import sqlite3
from workbench.usecases.problems import RefusedError
from workbench.usecases.training import Trainer

BOT = Content(
    (Message("system", "Be brief."), Message("user", "Where is {{order}}?")),
    examples=(Example("Where is 1?", "Here."),),
    tools=(Tool("look", "Looks.", '{"type": "object"}'),),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(tmp_path / "w.db", now=NOW, uid=uids())) as one:
        one.create_prompt("p", "Order bot", NOW).result(60)
        yield one


def judge(
    store: Store,
    name: str,
    order: str,
    answers: Sequence[str | Result],
    verdict: Verdict,
    content: Content = BOT,
    pinned: Sequence[int | None] = (),
) -> None:
    """Add a run with one lane for each answer, and a verdict."""
    lanes = [lane(chr(65 + n), pinned=pinned[n] if pinned else None) for n in range(len(answers))]
    store.begin_run(run(name, content, lanes=lanes, values=(("order", order),)))
    for number, answer in enumerate(answers):
        store.finish_output(f"{name}.{number}.0", done(answer) if isinstance(answer, str) else answer, LATER)
    shown = tuple(f"{name}.{number}.0" for number in range(len(answers)))
    store.mark(name, f"{name}.v", verdict, shown, LATER).result()


WON = Verdict("winner", (0,))
ORDERS = ("a lamp", "two chairs", "the big table", "my new shoes")


def rows(lines: Sequence[str]) -> list[Any]:
    return [json.loads(line) for line in lines]


def test_winners_become_the_training_rows(store: Store) -> None:
    for number, order in enumerate(ORDERS):
        judge(store, f"r{number}", order, (f"{order} comes on day {number}.", f"No idea about {order}, sorry."), WON)
    judge(store, "tie", "a cup", ("One answer.", "Another one."), Verdict("tie", (0, 1)))
    judge(store, "bad", "a spoon", ("Worst.", "Worse."), Verdict("all_bad"))
    made = Trainer(store).prepare("p", "openai-sft", share=0.25)
    assert (len(made.train), len(made.validation)) == (3, 1)
    everything = rows((*made.train, *made.validation))
    assert {row["messages"][-1]["content"] for row in everything} == {
        f"{o} comes on day {n}." for n, o in enumerate(ORDERS)
    }
    first = everything[0]["messages"]
    assert [(m["role"], m.get("weight")) for m in first][:4] == [
        ("system", None),
        ("user", None),
        ("assistant", 0),
        ("user", None),
    ]
    assert first[3]["content"].startswith("Where is ")
    assert everything[0]["tools"][0]["function"]["name"] == "look"
    kto = Trainer(store).prepare("p", "trl-kto", share=0)
    assert sorted(row["label"] for row in rows(kto.train)) == [False] * 6 + [True] * 4
    pairs = Trainer(store).prepare("p", "trl-preference", share=0)
    assert [row["rejected"][0]["content"] for row in rows(pairs.train)] == [
        f"No idea about {o}, sorry." for o in ORDERS
    ]


def test_tool_calls_are_included_in_the_rows(store: Store) -> None:
    steps = (
        AnswerStep("tool_call", '{"n": "7"}', "look", "c"),
        AnswerStep("tool_result", "late", "look", "c"),
        AnswerStep("text", "It is late."),
    )
    judge(store, "r1", "7", (Result("finished", "It is late.", steps=steps), "No."), WON)
    (row,) = rows(Trainer(store).prepare("p", "openai-sft").train)
    assert [m["role"] for m in row["messages"][4:]] == ["assistant", "tool", "assistant"]
    assert row["messages"][4]["tool_calls"][0]["function"] == {"name": "look", "arguments": '{"n": "7"}'}
    notes = Trainer(store).prepare("p", "openai-preference").notes
    assert "Together accepts only answers of one message without tool calls: 1 of these rows." in notes


def test_unusable_answers_are_counted(store: Store) -> None:
    judge(store, "r1", "1", ("Fine.", "Bad."), WON)
    judge(store, "r2", "2", (Result("finished", "cut of", finish_reason="length"), "Bad."), WON)
    judge(store, "r3", "3", ("Better.", "Worse."), WON, text("Other words for {{order}}"), pinned=(None, 1))
    filed = Content((Message("user", "See {{order}}", (Attachment("ab" * 32, "image/png", "a.png"),)),))
    judge(store, "r4", "4", ("Seen.", "Not."), WON, filed)
    made = Trainer(store).prepare("p", "openai-preference")
    assert [row["preferred_output"][0]["content"] for row in rows(made.train)] == ["Fine."]
    assert dict(made.left_out) == {
        "answers that were cut off or not finished": 1,
        "answers to prompts with files": 2,
        "pairs of answers to differently worded prompts": 1,
    }
    assert "1 row is fewer than the 10" in " ".join(made.notes)


def test_jinja_prompt_is_rendered(store: Store) -> None:
    jinja = Content((Message("user", "{% for x in [1, 2] %}{{ order|upper }} {% endfor %}"),), "jinja")
    judge(store, "r1", "ab", ("Fine.", "Bad."), WON, jinja)
    (row,) = rows(Trainer(store).prepare("p", "trl-sft").train)
    assert row["prompt"] == [{"role": "user", "content": "AB AB "}]


def test_contradictory_verdicts_are_left_out_and_listed(store: Store) -> None:
    judge(store, "r1", "1", ("Fine answer.", "Bad answer."), WON)
    judge(store, "r2", "1", ("Bad answer.", "Fine answer."), WON)
    judge(store, "r3", "2", ("Good.", "Poor."), WON)
    made = Trainer(store).prepare("p", "trl-preference")
    assert [row["chosen"][0]["content"] for row in rows(made.train)] == ["Good."]
    (found,) = made.contradictions
    assert found.about == "order: 1"


def test_starred_answers_can_be_chosen(store: Store) -> None:
    judge(store, "r1", "1", ("Fine.", "Bad."), WON)
    judge(store, "r2", "2", ("Starred and not judged.", "x"), Verdict("none"))
    with pytest.raises(RefusedError, match="nothing is starred"):
        Trainer(store).prepare("p", "trl-sft", "starred")
    store.curation.star_answers(["r2.0.0"], True).result()
    assert [r["completion"][0]["content"] for r in rows(Trainer(store).prepare("p", "trl-sft", "starred").train)] == [
        "Starred and not judged."
    ]
    both = Trainer(store).prepare("p", "trl-sft", "both", share=0)
    assert [row["completion"][0]["content"] for row in rows(both.train)] == ["Fine.", "Starred and not judged."]
    store.curation.star_answers(["r2.0.0"], False).result()
    with pytest.raises(RefusedError):
        Trainer(store).prepare("p", "trl-sft", "starred")


def test_nothing_that_answers_a_held_out_case_is_trained_with(store: Store) -> None:
    for number, order in enumerate(ORDERS):
        judge(store, f"r{number}", order, ("Here.", "No."), WON)
    store.curation.star_answers(["r0.0.0", "r1.0.0"], True).result()
    case = Case("c", "", (("order", ORDERS[0]),), held_out=True)
    store.packs.save_cases("p", [case]).result()
    for chosen in ("winner", "starred", "both"):
        made = Trainer(store).prepare("p", "trl-sft", chosen, share=0.0)  # type: ignore[arg-type]
        assert ORDERS[0] not in "".join(made.train)
        assert ORDERS[1] in "".join(made.train)
        assert ("answers to cases of the hold-out", 2 if chosen == "both" else 1) in made.left_out


def test_winner_judged_all_bad_elsewhere_is_left_out(store: Store) -> None:
    judge(store, "r1", "1", ("Fine.", "Bad."), WON)
    judge(store, "r2", "1", ("Fine.", "Worse."), Verdict("all_bad"))
    judge(store, "r3", "2", ("Good.", "Poor."), WON)
    made = Trainer(store).prepare("p", "openai-sft")
    assert [row["messages"][-1]["content"] for row in rows(made.train)] == ["Good."]
    assert [one.about for one in made.contradictions] == ["order: 1"]
    # A star marks a good answer, even if another one won.
    judge(store, "r4", "3", ("Best.", "Starred."), WON)
    store.curation.star_answers(["r4.1.0"], True).result()
    both = Trainer(store).prepare("p", "openai-sft", "both", share=0)
    assert [row["messages"][-1]["content"] for row in rows(both.train)] == ["Good.", "Best.", "Starred."]


def test_rows_not_accepted_by_a_format_are_left_out_and_counted(store: Store) -> None:
    """TRL asks for a prompt that ends with the user; one such prompt does not keep the others from being written."""
    judge(store, "r1", "1", ("Fine.", "Bad."), WON)
    judge(store, "r2", "2", ("Yes.", "No."), WON, Content((Message("system", "Where is {{order}}?"),)))
    made = Trainer(store).prepare("p", "trl-preference")
    assert [row["chosen"][0]["content"] for row in rows(made.train)] == ["Fine."]
    assert made.left_out == (
        (
            "rows that TRL, DPO with an explicit prompt does not accept (the prompt does not end with the user)",
            1,
        ),
    )
    assert len(Trainer(store).prepare("p", "openai-sft", share=0).train) == 2


def test_answers_that_were_cut_off_are_left_out(store: Store) -> None:
    for number, reason in enumerate(("content_filter", "MAX_TOKENS", "stop")):
        judge(store, f"r{number}", str(number), (Result("finished", "Said.", finish_reason=reason), "No."), WON)
    made = Trainer(store).prepare("p", "openai-sft", share=0)
    assert len(made.train) == 1
    assert dict(made.left_out) == {"answers that were cut off or not finished": 2}


def test_missing_validation_rows_are_reported(store: Store) -> None:
    judge(store, "r1", "1", ("Fine.", "Bad."), WON)
    assert "There are no rows for validation" in " ".join(Trainer(store).prepare("p", "trl-sft").notes)
    assert "There are no rows for validation" not in " ".join(Trainer(store).prepare("p", "trl-sft", share=0).notes)


def test_versions_of_a_newer_release_are_left_out(store: Store) -> None:
    judge(store, "r1", "1", ("Fine.", "Bad."), WON)
    judge(store, "r2", "2", ("Good.", "Poor."), WON, text("New {{order}}"))
    with closing(sqlite3.connect(store.path)) as other, other:
        other.execute(
            'UPDATE contents SET body = replace(body, \'"role":"user"\', \'"more":1,"role":"user"\')'
            " WHERE body LIKE '%New {{%'"
        )
    made = Trainer(store).prepare("p", "openai-sft")
    assert len(made.train) == 1
    assert dict(made.left_out) == {"answers to versions that a newer release made": 1}


@pytest.mark.parametrize("how", ["deleted", "archived"])
def test_deleted_runs_are_left_out_and_archived_ones_included(store: Store, how: str) -> None:
    judge(store, "r1", "1", ("Fine.", "Bad."), WON)
    judge(store, "r2", "2", ("Good.", "Poor."), WON)
    if how == "deleted":
        store.curation.delete(["r2"], True).result()
    else:
        store.curation.archive(["r2"], True).result()
    assert len(Trainer(store).prepare("p", "openai-sft", share=0).train) == (1 if how == "deleted" else 2)


def test_cost_is_estimated_or_unknown_without_a_price(store: Store) -> None:
    judge(store, "r1", "1", ("Fine.", "Bad."), WON)
    unknown = Trainer(store).prepare("p", "openai-sft").cost
    assert unknown.usd is None
    assert unknown.sentence.endswith("Enter the price per million tokens.")
    known = Trainer(store).prepare("p", "openai-sft", epochs=2, per_million=25.0).cost
    assert known.usd == pytest.approx(known.tokens * 2 * 25 / 1e6)
    assert known.tokens > 10


def test_written_files_are_complete_and_replace_earlier_ones(store: Store, tmp_path: Path) -> None:
    for number, order in enumerate(ORDERS):
        judge(store, f"r{number}", order, (f"{order} comes on day {number}.", "No."), WON)
    trainer = Trainer(store)
    written = trainer.write(trainer.prepare("p", "openai-sft", share=0.3), tmp_path / "out")
    assert [path.name for path in written] == ["train.jsonl", "validation.jsonl"]
    assert sum(len(path.read_text().splitlines()) for path in written) == 4
    trainer.write(trainer.prepare("p", "openai-sft", share=0), tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["train.jsonl"]


def test_cli_writes_training_files_and_stars_answers(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, order in enumerate(ORDERS):
        judge(store, f"r{number}", order, (f"{order} comes on day {number}.", f"No {order}."), WON)
    db = str(store.path)
    args = ["history", "training", str(tmp_path / "out"), "--prompt", "Order bot", "--db", db]
    assert main([*args, "--preview"]) == OK
    out = capsys.readouterr().out
    assert "4 rows to train with" in out or "3 rows to train with" in out
    assert out.endswith("Nothing was written.\n")
    assert not (tmp_path / "out").exists()
    assert main([*args, "--format", "trl-kto", "--validation", "0", "--price", "1", "--json"]) == OK
    document = json.loads(capsys.readouterr().out)
    assert (document["train"], document["validation"], document["files"]) == (
        8,
        0,
        [str(tmp_path / "out" / "train.jsonl")],
    )
    assert document["cost_usd"] > 0
    assert main(["history", "star", "r0.1.0", "--db", db]) == OK
    assert capsys.readouterr().out == "1 answer starred.\n"
    assert main(["history", "star", "r0.1.0", "--off", "--json", "--db", db]) == OK
    assert json.loads(capsys.readouterr().out) == {
        "json_format": 1,
        "outputs": ["r0.1.0"],
        "starred": False,
    }
    for wrong in (["--format", "x"], ["--chosen", "x"], ["--validation", "2"], ["--epochs", "0"]):
        assert main([*args, *wrong]) == WRONG_USE
        assert capsys.readouterr().err.startswith("workbench: ")


@pytest.mark.parametrize("name", ["trl-preference", "openai-preference"])
def test_stars_cannot_make_preference_rows(store: Store, name: str) -> None:
    with pytest.raises(RefusedError, match="only verdicts give"):
        Trainer(store).prepare("p", name, "starred")
