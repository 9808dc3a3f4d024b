"""The hand-over to training: nested files, what is kept out, the checklist and the commands."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from tests.store.making import NOW
from tests.usecases.test_training import WON, judge, store
from workbench.cli.exit_codes import OK, WRONG_USE
from workbench.cli.main import main
from workbench.core.cases import Case
from workbench.core.decide.rules import decide_rules
from workbench.core.decide.tuned_names import tuned_name
from workbench.core.runs import Verdict
from workbench.core.testing.settings import SuiteSettings
from workbench.core.training_commands import training_commands
from workbench.engine.catalogue import ModelCatalogue, ModelInfo
from workbench.formats.handover_document import CheckState, markdown
from workbench.formats.training import FORMATS
from workbench.store import Store
from workbench.usecases.handover import HandOver, HandOverMaker, HandOverRequest, _enough_rows, suffix, write_hand_over
from workbench.usecases.problems import RefusedError

__all__ = ["store"]

TODAY = date(2026, 12, 2)
ASKED = HandOverRequest()
CITIES = ("Oslo", "Lima", "Cairo", "Dakar", "Perth", "Quito", "Hanoi", "Sofia", "Turin", "Basel", "Kyoto", "Miami")


def catalogue() -> ModelCatalogue:
    return ModelCatalogue.of(
        (
            ModelInfo("long", "openai", retires=date(2028, 6, 1)),
            ModelInfo("short", "openai", retires=date(2027, 3, 1)),
            ModelInfo("gone", "openai", retires=date(2026, 12, 2)),
        )
    )


def made(store: Store, asked: HandOverRequest = ASKED) -> HandOver:
    return HandOverMaker(store, catalogue, lambda: TODAY).prepare("p", asked)


def filled(store: Store) -> None:
    for number, city in enumerate(CITIES):
        judge(store, f"r{number}", f"{city} {number * 7919}", (f"It is in {city}.", f"Not {city}."), WON)


def state(one: HandOver, title: str) -> CheckState:
    return next(check.state for check in one.facts.checks if check.title == title)


def test_parts_are_nested_and_have_the_same_rows_for_validation(store: Store) -> None:
    filled(store)
    one = made(store, replace(ASKED, share=0.25))
    files = dict(one.files)
    for part in ("quarter", "half", "all"):
        assert len(files[f"trl/{part}/train.jsonl"]) == len(files[f"upload/{part}.jsonl"])
        assert files[f"trl/{part}/validation.jsonl"] == files["trl/all/validation.jsonl"]
    trl = [set(files[f"trl/{part}/train.jsonl"]) for part in ("quarter", "half", "all")]
    assert trl[0] < trl[1] < trl[2]
    assert [part.rows for part in one.facts.parts] == [len(rows) for rows in trl]
    assert len(trl[0]) == -(-len(trl[2]) // 4)
    assert trl[2].isdisjoint(files["trl/all/validation.jsonl"])
    assert len(files["upload/validation.jsonl"]) == one.facts.validation == 3
    for path, lines in one.files:
        form = FORMATS["trl-sft" if path.startswith("trl") else "openai-sft"]
        assert [form.fault(json.loads(line)) for line in lines] == [""] * len(lines)


def test_cases_of_the_hold_out_and_of_guard_sets_are_in_no_file(store: Store) -> None:
    filled(store)
    held, guarded = (("order", "Oslo 0"),), (("order", "Lima 7919"),)
    store.packs.save_cases("p", [Case("h", "", held, held_out=True)]).result()
    store.create_prompt("guard", "Manners", NOW).result()
    store.packs.save_cases("guard", [Case("g", "", guarded), Case("n", "", (("order", ""),))]).result()
    store.tests.save_settings("p", SuiteSettings(guards=("guard", "not here")), NOW).result()
    one = made(store)
    text = "".join(line for _, lines in one.files for line in lines)
    assert "Oslo" not in text
    assert "Lima" not in text
    assert "Cairo" in text
    assert ("answers to cases of the hold-out", 1) in one.facts.left_out
    assert ("answers to the values of cases in guard sets", 1) in one.facts.left_out
    assert state(one, "Hold-out") == state(one, "Guard sets") == "no", "too few of both"
    words = [check.words for check in one.facts.checks]
    assert "1 hold-out case, in none of the files. 50 are needed to compare a tuned model." in words
    assert "1 guard set with 2 cases, in none of the files. 120 cases exclude a loss of 5 points." in words


def test_starred_answers_are_rows_beside_winners_unless_excluded(store: Store) -> None:
    filled(store)
    judge(store, "liked", "Berlin 1", ("It is in Berlin.", "Also in Berlin."), Verdict("tie"))
    store.curation.star_answers(["liked.0.0"], starred=True).result()
    both, winners = made(store), made(store, replace(ASKED, chosen_by="winner"))
    assert "Berlin" in str(both.files)
    assert "Berlin" not in str(winners.files)
    assert both.facts.parts[-1].rows + both.facts.validation == len(CITIES) + 1
    assert winners.facts.parts[-1].rows + winners.facts.validation == len(CITIES)


@pytest.mark.parametrize(
    ("base", "expected", "words"),
    [
        ("", "unknown", "Qwen/Qwen3-8B: no retirement date is known."),
        ("long", "yes", "long retires on 2028-06-01, in 18 months."),
        ("short", "no", "short retires on 2027-03-01, in 3 months."),
        ("gone", "no", "gone was retired on 2026-12-02. Choose another base model."),
    ],
)
def test_base_model_is_told_with_its_retirement(store: Store, base: str, expected: CheckState, words: str) -> None:
    filled(store)
    one = made(store, replace(ASKED, base_model=base))
    assert state(one, "Base model") == expected
    assert words in one.document


def test_checklist_counts_rows_contradictions_and_validation(store: Store) -> None:
    filled(store)
    one = made(store)
    assert [(check.title, check.state) for check in one.facts.checks] == [
        ("Rows", "no"),
        ("Labels agree", "yes"),
        ("Validation", "yes"),
        ("Hold-out", "no"),
        ("Guard sets", "no"),
        ("Base model", "unknown"),
        ("People", "unknown"),
    ]
    judge(store, "again", "Cairo 15838", ("Not Cairo.", "It is in Cairo."), WON)
    other = made(store, replace(ASKED, share=0.0))
    assert state(other, "Labels agree") == "no", "2 of 13"
    assert state(other, "Validation") == "no"
    assert "--dataset_test_split" not in other.document
    assert "validation.jsonl" not in {Path(path).name for path, _ in other.files}


def test_pairs_are_handed_over_for_dpo(store: Store) -> None:
    filled(store)
    one = made(store, replace(ASKED, kind="preference"))
    assert "trl dpo " in one.document
    assert "--training-method dpo" in one.document
    assert all("trl sft" not in line for line in one.document.splitlines())
    row = json.loads(dict(one.files)["trl/all/train.jsonl"][0])
    assert set(row) >= {"chosen", "rejected"}
    with pytest.raises(RefusedError, match="only verdicts give"):
        made(store, replace(ASKED, kind="preference", chosen_by="starred"))


def test_nothing_to_hand_over_is_refused(store: Store) -> None:
    with pytest.raises(RefusedError, match="nothing to train with: nothing is judged"):
        made(store)


def test_commands_are_complete_and_quoted_for_the_shell(store: Store) -> None:
    filled(store)
    base = "a model; rm -rf $HOME"
    one = made(store, replace(ASKED, base_model=base, epochs=2))
    commands = [line for block in one.document.split("```sh\n")[1:] for line in block.partition("```")[0].splitlines()]
    assert "{" not in "".join(commands)
    for line in commands:
        assert not {"rm", "-rf"} & set(shlex.split(line)), line
    trained = [shlex.split(line) for line in commands if line.startswith("trl sft")]
    assert [words[words.index("--dataset_name") + 1] for words in trained] == [
        "./trl/quarter",
        "./trl/half",
        "./trl/all",
    ]
    assert {words[words.index("--num_train_epochs") + 1] for words in trained} == {"2"}
    assert {words[words.index("--model_name_or_path") + 1] for words in trained} == {base}
    assert sum(line.startswith("tg files upload") for line in commands) == 4
    assert sum(line.startswith("tg fine-tuning create") for line in commands) == 3
    tested = next(line for line in commands if line.startswith("workbench test"))
    assert shlex.split(tested)[:3] == ["workbench", "test", "Order bot"]
    assert f"Options are those of {training_commands().date}" in one.document
    assert all(source in one.document for route in training_commands().routes for source in route.sources)


def test_hostile_name_of_a_prompt_stays_text() -> None:
    from tests.usecases.hand_over import hand_over

    facts = replace(hand_over().facts, prompt="x\n# Not a heading [a](http://b) <script>")
    document = markdown(facts, training_commands())
    heading = document.splitlines()[0]
    assert heading == r"# Hand-over to training: x # Not a heading \[a\](http://b) \<script\>"
    assert "\n# Not" not in document
    assert document.count("```") % 2 == 0


@pytest.mark.parametrize(
    ("name", "expected"), [("Order bot", "order-bot"), ("Ünï — 3!", "n-3"), ("…", "prompt"), ("x" * 99, "x" * 24)]
)
def test_suffix_is_part_of_a_model_name(name: str, expected: str) -> None:
    assert suffix(name) == expected


def test_model_that_comes_back_is_known_as_tuned_and_compared_with_the_model_in_use(store: Store) -> None:
    filled(store)
    words = shlex.split(made(store).document.replace("```", " ").replace("`", " ").replace("'", " "))
    named = {word.partition("=")[0].strip(".,;") for word in words if word.startswith("order-bot-")}
    assert named == {"order-bot-tuned-quarter", "order-bot-tuned-half", "order-bot-tuned-all"}
    for name in named:
        assert tuned_name(name) == name
        assert tuned_name(f"together_ai/me/Qwen3-8B-{name}-1a2b") != ""
    command = next(line for line in made(store).document.splitlines() if line.startswith("workbench test "))
    parts = shlex.split(command)
    models = [after for option, after in pairwise(parts) if option == "--model"]
    assert models == ["TODAY", made(store).facts.base_model, "TUNED"]


@pytest.mark.parametrize(
    ("rows", "state", "words"),
    [
        (499, "no", "499 pairs to train with: too few, 500 are enough to try. Mark more winners first."),
        (500, "yes", "500 pairs to train with: enough to try; the usual advice is 1,000."),
        (1000, "yes", "1,000 pairs to train with: as many as the usual advice."),
    ],
)
def test_advice_about_pairs_is_that_of_the_rules(rows: int, state: str, words: str) -> None:
    check = _enough_rows(rows, "preference", decide_rules().thresholds)
    assert (check.state, check.words) == (state, words)


def test_written_files_replace_those_of_an_earlier_hand_over(store: Store, tmp_path: Path) -> None:
    filled(store)
    folder = tmp_path / "out"
    with_validation = made(store)
    paths = write_hand_over(with_validation, folder)
    assert {str(path.relative_to(folder)) for path in paths} == {path for path, _ in with_validation.files} | {
        "HANDOVER.md"
    }
    assert (folder / "HANDOVER.md").read_text("utf-8") == with_validation.document
    without = made(store, replace(ASKED, share=0.0))
    write_hand_over(without, folder)
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert there == {path for path, _ in without.files} | {"HANDOVER.md"}


def test_terminal_writes_the_hand_over(store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    filled(store)
    out = tmp_path / "out"
    args = ["history", "handover", str(out), "--prompt", "Order bot", "--db", str(store.path), "--price", "0.5"]
    assert main([*args, "--preview"]) == OK
    said = capsys.readouterr().out
    assert said.startswith("✗ Rows: ")
    assert said.endswith("Nothing was written.\n")
    assert not out.exists()
    assert main([*args, "--base", "own/model", "--json"]) == OK
    document = json.loads(capsys.readouterr().out)
    assert document["base_model"] == "own/model"
    assert [part["name"] for part in document["parts"]] == ["quarter", "half", "all"]
    assert document["parts"][2]["cost_usd"] > document["parts"][0]["cost_usd"] > 0
    assert sorted(document["files"]) == sorted(str(path) for path in out.rglob("*") if path.is_file())
    assert document["document"] == (out / "HANDOVER.md").read_text("utf-8")
    for wrong in (["--chosen", "x"], ["--validation", "2"], ["--epochs", "0"], ["--pairs", "--chosen", "starred"]):
        assert main([*args, *wrong]) == WRONG_USE
        assert capsys.readouterr().err.startswith("workbench: ")
