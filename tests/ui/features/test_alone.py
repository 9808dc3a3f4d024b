"""Every feature works with stand-ins for the services, in a process that never imports the window."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.patience import PROCESS_S

ROOT = Path(__file__).parents[3]


def driven(feature: str, folder: Path) -> dict[str, Any]:
    """Run the program that drives a feature and return its output."""
    env = os.environ | {"QT_QPA_PLATFORM": "offscreen", "HOME": str(folder), "DBUS_SESSION_BUS_ADDRESS": "disabled:"}
    done = subprocess.run(
        [sys.executable, "-m", f"tests.ui.features.drive_{feature}", str(folder)],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=PROCESS_S,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert told["windows"] == []
    return told


def test_exchange(tmp_path: Path) -> None:
    told = driven("exchange", tmp_path)
    assert told["commands"] == ["export_found", "export_runs", "import_runs"]
    assert told["previewed"] == "New: 7 runs with 7 answers in 2 new prompts."
    assert told["imported"] == "Imported 7 runs with 7 answers in 2 new prompts."
    assert told["changed"]
    assert told["said"][0].startswith("No runs are selected.")
    assert told["said"][1].startswith("7 runs in ")
    assert told["rows"] >= 7


def test_help(tmp_path: Path) -> None:
    told = driven("help", tmp_path)
    assert told["commands"] == ["about", "guide", "licences", "news", "report_problem"]
    shown = told["shown"]
    assert "0.1.0" in shown["news"]
    assert shown["guide"].startswith("Start in five minutes\n")
    assert "Glossary" in shown["guide"]
    assert "Apache License" in shown["licences"]
    assert "PySide6_Essentials" in shown["licences"]
    assert f"{tmp_path}/history.db" in shown["about"]
    assert "ValueError at somewhere" in shown["report_problem"]
    assert told["copied"] == shown["report_problem"]


def test_tour(tmp_path: Path) -> None:
    told = driven("tour", tmp_path)
    assert told["commands"] == ["tour"]
    ticks = ["".join(line[0] for line in lines) for lines in told["shown"]]
    assert ticks == ["✓✓○○○", "✓✓○✓○", "○○○○○"]
    assert told["ended"]
    assert told["feet"] == [True, False, True]
    assert told["said"] == ["Tour ended. Help brings it back."]


def test_sharing(tmp_path: Path) -> None:
    told = driven("sharing", tmp_path)
    assert told["commands"] == ["share_page", "share_picture", "share_table"]
    assert told["said"] == [
        "There are no answers yet. Run the prompt, then share them.",
        "2 answers copied as a table.",
        "Picture of the answers copied. [Save as PNG]",
        f"Saved as {tmp_path}/echo-2.html [Open]",
    ]
    assert told["text"].startswith("**Echo · \\#2**\n\n| Lane | Answer | Time | Tokens | Cost |\n| --- | ---")
    assert told["text"].endswith(" | 1.4 s | 90 | free |\n")
    assert told["html"].count("<tr>") == 3
    assert told["width"] == 2400
    assert "<h2>" in (tmp_path / "echo-2.html").read_text("utf-8")


def test_packs(tmp_path: Path) -> None:
    told = driven("packs", tmp_path)
    assert told["commands"] == ["export_pack", "import_pack", "undo_import"]
    assert told["ticked"] == ["Mail bot"]
    assert (told["exported"], told["is_written"]) == ("1 prompt exported.", True)
    assert told["saved"] == 1
    assert told["planned"] == "Mail bot. New: 1 version and 1 case."
    assert (told["opened"], told["came"]) == ("p-mail", ["Mail bot"])
    assert (told["left"], told["open_at_last"]) == (["Shop bot"], "p-shop")
    assert told["said"] == ["1 prompt added. [Undo]", "[withdrawn]", "Removed: 1 prompt."]
    assert told["changes"] == 2


def test_training(tmp_path: Path) -> None:
    told = driven("training", tmp_path)
    assert told["commands"] == ["handover", "training"]
    assert told["title"] == "Training files of “Order status bot”"
    assert told["counts"] == "3 rows to train with, 1 row for validation"
    assert told["written"].startswith("train.jsonl and validation.jsonl are in ")
    assert told["files"] == ["train.jsonl", "validation.jsonl"]
    assert told["other"] == "Training files of “Ticket triage → JSON”"
    assert told["refused"].startswith("There is nothing to train with")
    assert told["said"] == []
    assert told["handed_over"] == "Hand “Order status bot” over to training"
    assert told["parts"] == "Rows: quarter 1, half 2, all 3; 1 for validation"
    assert told["handover_files"][0] == "HANDOVER.md"


def test_cases(tmp_path: Path) -> None:
    told = driven("cases", tmp_path)
    assert told["commands"] == ["add_cases", "cases", "keep_answer_case", "keep_case", "propose_cases"]
    assert (told["title"], told["variables"]) == ("Cases of “Prompt p”", ["order"])
    assert (told["used"], told["put_back"]) == ([["order", "7"]], [])
    assert told["deleted"] == 0
    assert told["imported"] == {
        "told": "1 case to import. 1 duplicate is skipped.",
        "added": [[["order", "8"], ["region", "EU"]]],
        "left": 1,
        "kept": [[["order", "9"]], "Here."],
    }
    assert told["proposed"] == {
        "titles": ["empty · edge", "empty · edge"],
        "added": [["empty", [["order", ""]]]],
        "left": 0,
    }
    # Opening another prompt saves the edits and closes the list.
    assert told["stored"] == [["set-1", "Very late", [["order", "7"]]]]
    assert not told["is_open"]
    assert told["said"] == [
        "There are no values to keep. Enter a value for a variable first.",
        "“Case 1” is now a case of this prompt. [Undo]",
        "“Late” is a case of this prompt already.",
        "“Late” is in Compose now. [Undo]",
        "[withdrawn]",
        "The case “Late” is deleted. [Undo]",
        "[withdrawn]",
        "1 case was added. [Undo]",
        "[withdrawn]",
        "The answer and its values are now a case of this prompt. [Undo]",
        "[withdrawn]",
        "1 proposed case was added. [Undo]",
        "[withdrawn]",
    ]


def test_checks(tmp_path: Path) -> None:
    told = driven("checks", tmp_path)
    assert told["commands"] == ["checks"]
    assert told["title"] == "Checks for all cases of “Prompt p”"
    assert told["suggested"][0] == "1 of 2 answers repeats the value of order."
    assert told["wrong"] == "Enter a text."
    assert told["tried"] == [
        "Passes 1 of 2 shown answers",
        "contains “{{order}}” 1/2",
        *("pass", "fast", "The answer contains “77AB”.", "Place: Order 77AB is late."),
        *("fail", "slow", "The answer does not contain “77AB”."),
    ]
    assert told["nested"] == ["contains “{{order}}” 1/2", "all of these: 0/2", "  is JSON 0/2"]
    assert told["undone"]
    assert told["pasted"] == "Pasted 1 check."
    assert told["stored"] == ["contains", "assert-set"]
    assert told["changed"]
    # The lanes are told the checks of the shown case, later those for all cases before them.
    assert told["of_case"] == {"out-a": ["pass"], "out-b": ["fail"]}
    assert told["of_all"] == {"out-a": ["pass", "fail", "pass"], "out-b": ["fail", "fail", "fail"]}
    # Opening another prompt saves the edits and closes the dialog.
    assert told["of_a_case"] == ["Checks of the case “Late”", "contains “late” 1/2"]
    assert told["saved"] == [True]
    assert not told["is_open"]
    assert told["said"] == []


def test_techniques(tmp_path: Path) -> None:
    told = driven("techniques", tmp_path)
    assert told["commands"] == ["save_technique", "techniques"]
    assert told["said"] == [
        "Select the text of the technique first, then save it.",
        "“Mine” was added to the techniques.",
        "“Mine” was removed from the techniques. [Undo]",
        "The output format was replaced. [Undo]",
    ]
    assert told["snippet"] == "Answer in \\$0."
    assert told["own_after_removal"] == 0
    assert [mark for _, mark in told["inserted"]] == [True]
    assert "Answer in $0." in told["inserted"][0][0]
    assert told["examples"] > 0
    assert not told["open"]


def test_improve(tmp_path: Path) -> None:
    told = driven("improve", tmp_path)
    assert told["commands"] == ["improve"]
    assert told["lane"] == ["echo", "echo"]
    assert told["offered"] == "Accept all 2 changes"
    assert told["accepted"] == ["Be brief.", "Hi"]
    assert told["said"] == ["1 of 2 changes of the proposal is now in the draft. [Undo]"]
    assert told["closed_by_accepting"]
    assert told["closed_by_another_prompt"]
    assert told["stopped"] == ["answer2"], "an answer that is no longer shown is stopped"
    assert told["sent"] == 2


def test_lanes(tmp_path: Path) -> None:
    told = driven("lanes", tmp_path)
    assert told["commands"] == 42
    assert told["answer"]
    assert told["asked"] == ["stop a", "sample 1 of a"]
    assert (told["focused"], told["hidden"]) == ("b", [False, True])
    assert told["lanes"] == [
        ["a", "other", 2, "run"],
        ["new2", "echo", 2, "run"],
        ["b", "echo", 1, ""],
        ["new3", "echo", 1, ""],
    ]
    assert told["starred"]
    assert told["reading"] == [True, {"a": "raw"}]
    assert told["dialogs"] == ["Code for echo", "Request and response: echo"]
    assert told["wanted"] == [
        "ContinuationRequested",
        "ModelRequested",
        "AddressConfirmationRequested",
        "BuiltinModelRequested",
        "SettingsRequested",
        "SettingsRequested",
    ]
    assert told["at_start"] == ["gpt-gone was retired on 2025-09-01. It is in the prompt “Echo”."]
    said = told["said"]
    assert said.pop(1).startswith("echo: 2 samples, all alike")
    assert said == [
        "echo: 2 samples per run",
        "Answer starred. You can make training files from starred answers.",
        "All lanes now scroll together.",
        "The spread reveals prices and times, so it is hidden while blind.",
        "echo: answer copied.",
        "Only finished answers can be starred. Run the lane, or wait for it to finish.",
        "The lane second is hidden and not run. [Show]",
    ]


def test_conversation(tmp_path: Path) -> None:
    told = driven("conversation", tmp_path)
    assert told["commands"] == ["continue_lane", "paste_dialogue"]
    assert told["continued"] == [["assistant", told["answer"]], ["user", ""]]
    assert told["read"] == "OpenAI JSON: 2 messages"
    assert told["messages"] == [["system", "Be brief."], ["user", "Hi"], ["assistant", "Hello"]]
    assert told["said"] == [
        "This lane has no finished answer to continue from. Run it, or wait for it to finish.",
        "Draft continues from fast's answer. It adds variables: {{question}}. [Undo]",
        "This looks like a recorded dialogue. [Make messages…]",
        "2 messages taken from the dialogue. [Undo]",
    ]
    assert not told["open"]


def test_compare(tmp_path: Path) -> None:
    told = driven("compare", tmp_path)
    assert told["commands"] == ["compare"]
    first, last = "#1 · You are brief.", "#3 · You are brief."
    assert told["sides"] == {
        "with the draft": [last, "The draft", "+2 −8 words · 2 changes"],
        "marked": [first, last, "no difference"],
        "rows": [first, "#2 · You are brief.", "no difference"],
        "versions": ["#1 · You are brief.", "#1 · You are brief.", "no difference"],
        "runs": ["A", "B", "no difference"],
    }
    assert told["nothing"], "nothing is compared before the selected runs are read"
    assert told["unmarked"] == 1


def test_settings(tmp_path: Path) -> None:
    told = driven("settings", tmp_path)
    assert told["commands"] == [
        "settings",
        "theme_dark",
        "theme_light",
        "theme_system",
        "zoom_in",
        "zoom_out",
        "zoom_reset",
    ]
    assert told["theme"] == ["dark", 1.1]
    assert not told["imported_for_theme"]
    assert (told["address"], told["endpoints"]) == ("http://127.0.0.1:9/v1", ["Mine"])
    assert told["calls"] == 7
    assert told["same"], "the settings dialog is reused"
    assert told["page"] == ["made", "closed", "left"]
    assert (told["is_open"], told["closed"]) == (False, 1)


def test_models(tmp_path: Path) -> None:
    told = driven("models", tmp_path)
    assert told["used"] == [["echo", "echo"], ["e-own", "acme"]]
    assert not told["is_open"]
    assert told["known"] == [["Mine"]], "the endpoint is stored before a lane names it"
    assert told["prices"] == [["e-own", "acme"]]
    assert told["asked"] == ["http://127.0.0.1:8/v1"]
    assert told["stays_open"]


def test_maintenance(tmp_path: Path) -> None:
    told = driven("maintenance", tmp_path)
    assert told["commands"] == ["history_backup", "history_check", "history_restore", "history_smaller"]
    making, made = told["said"]
    assert making == "Making a backup…"
    assert made.startswith("Backup made and verified (")
    assert told["by_hand"] == [False, True], "the daily backup is automatic"
    assert told["checked"] == "The history is sound."
    assert told["said_in_the_window"] == ["The daily backup was not made. It is full. [Settings…]"]
    assert told["changes"] == ["RepairHistory"]
    assert told["is_page_closed"]
    assert told["is_shown_again"]


def test_rank(tmp_path: Path) -> None:
    told = driven("rank", tmp_path)
    groupings = ["group_both", "group_everywhere", "group_model", "group_technique", "group_version"]
    judging = ["judge", "judge_prompt", "judge_reveal", "judge_skip", "judge_undo"]
    ways = ["rank_by_checks", "rank_by_judge", "rank_by_verdicts"]
    assert told["commands"] == [*groupings, *judging, "let_judge_compare", *ways, "view_rank"]
    assert told["tabs"] == {"rank": "Rank"}
    assert told["before"], "there is no judging before the view is made"
    assert told["empty"] == "No verdict yet. The ranking appears after 6."
    assert not told["idle"], "a digit without a pair gives no verdict"
    assert told["judging"] == [True, False]
    assert told["keys"] == [True, True, False]
    assert told["redoes"]
    assert told["progress"] == "2 judged in this session"
    assert told["escaped"] == [True, False, False]
    assert told["beside"] == [False, True]
    assert told["placed"] == 1
    assert told["enabled"]
    assert told["counted"] == "2 verdicts · 2 blind"
    assert told["grouped"] == "Group by model ▾"
    assert not told["left"], "opening a prompt ends the judging session"
    assert told["said"] == [
        "Left marked better [Undo]",
        "Marked as a tie [Undo]",
        "Undone: Marked as a tie [Redo]",
        "Marked as a tie [Undo]",
        *["[pair_verdict withdrawn]"] * 2,
    ]


def test_history(tmp_path: Path) -> None:
    told = driven("history", tmp_path)
    copying = [f"copy_run_{form}" for form in ("answers", "json", "markdown", "prompt", "requests")]
    deleting = ["delete_prompt", "delete_run", "deleted"]
    others = [
        "keep_run_cases",
        "open_run",
        "purge_run",
        "save_search",
        "saved_searches",
        "star_run",
        "tag_run",
        "view_history",
    ]
    assert told["commands"] == ["archive_run", "copy_rows", *copying, *deleting, *others]
    assert told["tabs"] == {"history": "History"}
    assert told["page"]
    assert (told["found"], told["selected"]) == (3, 1)
    assert told["enabled"]
    assert told["wishes"] == ["open", "branch"]
    assert told["starred"]
    assert told["copied"]
    assert told["searched"] == ["is:starred", True, 1]
    assert told["saved"] == ["Good ones"]
    assert told["menu"] == ["save_search", "Good ones", "saved_searches"]
    assert (told["left"], told["back"], told["prompts"], told["gone"]) == (2, 3, 0, 2)
    assert told["asked"] == "1 run is deleted."
    assert told["events"] == ["DataChanged", "RunChosen", "RunsBroughtBack", "RunsDeleted"]
    run = "Echo · #3"
    assert told["said"] == [
        f"Prompt of {run} copied.",
        f"{run} is deleted; is:deleted finds it. [Undo]",
        "[withdrawn]",
        "“Echo” and its runs are deleted. [Undo]",
        f"{run} is deleted; is:deleted finds it. [Undo]",
        "Deleting for good…",
        "Rewriting the file…",
        "[erasing withdrawn]",
        "1 run is deleted for good.",
    ]


def test_palette(tmp_path: Path) -> None:
    told = driven("palette", tmp_path)
    assert told["commands"] == ["palette", "shortcuts"]
    assert told["sources"] == ["commands", "iterations", "techniques", "parameters", "models", "saved searches"]
    assert told["found"] == ["Say it again", "Good ones", "#3 You are brief."]
    assert (told["done"], told["searched"], told["opened"], told["techniques"]) == (
        ["echo"],
        ["is:starred"],
        ["open"],
        1,
    )
    assert told["remembered"] == ["history", "search", "command"]
    assert told["unavailable"] == ["", "past iterations are read-only"]
    assert (told["sheet"], told["rebound"]) == (
        ["Mark lane 1 to 9 the winner, or remove the mark", "Say it again"],
        "Ctrl+F12",
    )
    assert told["open"] == [False, False]


def test_prompts(tmp_path: Path) -> None:
    told = driven("prompts", tmp_path)
    changing = [f"{what}_prompt" for what in ("archive", "duplicate", "new", "organise", "rename")]
    assert told["commands"] == [*changing, "search_prompts", "show_archived", "switch_prompt"]
    assert (told["copied"], told["saved"]) == (["Order bot", "Order bot copy"], 2)
    assert (told["archived"], told["opened"]) == (["Order bot"], True)
    assert told["shown"] == ["Order bot", "Order bot copy"]
    assert told["named"] == [True, True]
    organising = ["Move to folder", "Folder and tags…"]
    exporting = ["Export as a pack…", "Training files…"]
    assert told["menu"] == ["Rename", "Duplicate", *organising, "Bring back", *exporting, "Delete"]
    assert (told["placed"], told["filtered"]) == ([["Support", ["live", "de"]]], 1)
    assert told["published"] == ["PackExportRequested", "TrainingRequested", "PromptDeletionRequested"]
    assert told["brought_back"] == ["Order bot", "Order bot copy"]
    assert told["found"] == {"Order bot": "is open", "Order bot copy": ""}
    assert told["went"]
    assert told["focused"] == 1


def test_compose(tmp_path: Path) -> None:
    told = driven("compose", tmp_path)
    assert len(told["commands"]) == 40
    assert told["runs"] == {
        "queued": 0,
        "heads": ["one", "two"],
        "answer": "Hello.",
        "can_mark": [True, False, False],
        "key": [False, True],
        "verdict": ["winner", "Lane 2 marked winner"],
        "claims": True,
        "undone": ["none", "Undone: Lane 2 marked winner"],
        "tie": "tie",
        "blind": True,
        "asked": [True, True, False],
        "runs": 1,
    }
    assert told["past"] == {
        "shown": 2,
        "past": [1, True, "Read-only: #1"],
        "branched": ["{{question}}", True],
        "escaped": True,
    }
    steps = told["sets"]["steps"]
    assert steps["add_set"] == [["Case 1", False, True], ["Case 2", True, True]]
    assert steps["duplicate_set"] == [["Case 1", False, True], ["Case 2", False, True], ["Case 2 copy", True, True]]
    assert steps["tick_set"][-1] == ["Case 2 copy", True, False]
    assert steps["previous_set"][1:] == [["Case 2", True, True], ["Case 2 copy", False, False]]
    assert steps["remove_set"] == [["Case 1", False, True], ["Case 2 copy", True, False]]
    assert steps["undone"] == steps["previous_set"]
    assert told["sets"]["value"] == [["question", "So: Where?"]]
    assert told["sets"]["names"] == ["Case 1", "Case 2", "Case 2 copy", "third"]
    assert told["sets"]["menu"][:2] == ["&Choose cases…", "&Paste rows as cases…"]
    assert told["sets"]["menu"][-1] == "&Show one of 4 cases"
    assert told["sets"]["pages"] == [2, [1, 0]]
    assert told["sets"]["lack"] == ["Give question a value.", ""]
    assert [one for one in told["said"] if "withdrawn" not in one] == [
        "The draft now starts from #1. [Undo]",
        "“Case 2” was removed from Compose; it is still a case. [Undo]",
        "1 case with values for question.",
    ]


def test_address(tmp_path: Path) -> None:
    told = driven("address", tmp_path)
    assert told["title"] == "Confirm an address"
    assert told["retried"] == ["a", "a"]
    assert told["said"] == []


def test_testing(tmp_path: Path) -> None:
    told = driven("testing", tmp_path)
    assert {"run_cases", "overrule", "next_failure", "view_test"} <= set(told["commands"])
    assert told["tabs"] == {"test": "Test"}
    assert told["pages"] == [True] * 4
    assert told["without"].startswith("No prompt is open")
    assert told["before"][0] == "24 cases × 3 columns"
    assert "72 calls, $0.04 to $0.06, 2 min" in told["before"][1]
    assert told["cases"]
    # Nothing is asked before the question is answered.
    assert told["asked"] == [True, [], True]
    assert told["escaped"] == [True, False]
    assert told["running"] == ["Pause", ["start", "tuning", False]]
    assert told["paused"] == "Continue"
    assert told["done"] == ["72 of 72 done", "Run all afresh", 24]
    assert told["sentence"].startswith("#14 · gpt-5-mini is better than the baseline")
    assert told["sentence"].endswith("Run the hold-out, 72 calls, about $0.03, 1 min")
    assert told["chips"] == ["All 24", "Failed 14", "Differs 24", "Regressed 3", "Unscored 2"]
    assert told["statuses"] == ["fail"] * 3
    assert told["found"][0] == told["found"][2]
    assert told["placed"] >= 4
    assert told["pane"] == [True, "status of 123ABCDEFG", "#14 · claude-haiku-4.5"]
    assert told["menu"][:2] == ["pass: contains “123ABCDEFG”", "It is a fail"]
    assert told["overruled"] == ["pass", 1, "Check overruled as a pass. [Undo]"]
    assert told["taken back"] == ["none", 0]
    text, models, variables, view, said = told["composed"]
    assert (text, models) == ("{{question}} (version 14)", ["anthropic/claude-haiku-4.5"])
    assert (variables, view) == (["question", "language"], "compose")
    assert said == "The draft is now “status of 123ABCDEFG” with #14 · claude-haiku-4.5. [Undo]"
    # A save that ends while the tests are read is seen, because the draft is asked about before.
    assert told["order"] == ["is the draft stored?", "tests are read"]
    assert told["outdated"] == "Check again"
    assert told["rescored"] == [["rescore"], False]
    assert told["copied"] == 25
    assert told["results"]
    assert told["failed"] == ["failed", True]
    assert told["back"] == [True, True, "all", False]
    assert told["columns"][1] == "The current text with the models of the columns (2)"
    assert "The current text with a model…" in told["columns"]
    assert told["added"] == ["24 cases × 4 columns", "not run yet", "Run 24 new"]
    assert told["holdout"][0].endswith("Only totals will be shown.")
    assert not told["holdout"][1]
    assert told["totals"][:3] == [["start", "holdout", False], True, 0]
    assert "%" in told["totals"][3]
    assert told["unread"] == ["The results cannot be shown\n" + told["said"], "Try again", True]
    assert told["read again"] == [False, 24]
    assert told["said"] == "The history cannot be read: page. Try again."


def test_judges(tmp_path: Path) -> None:
    told = driven("judges", tmp_path)
    assert told["commands"] == [
        "choose_embedding",
        "choose_judge",
        "edit_judge_prompt",
        "import_labels",
        "improve_judge",
        "label_answers",
    ]
    assert (told["chosen"], told["undone"], told["outdated"]) == ("acme-mini", "acme-judge", 3)
    assert told["progress"] == "0 of 40 random labels"
    assert told["stage"].startswith("Random answers: only they measure the judge.")
    assert told["shown"] == ["Does the answer meet this?", "is kind", "order:"]
    assert told["blind"] == [False, False, False]
    assert told["three"] == ["fail", "pass", "unsure"]
    assert told["taken back"] == []
    assert told["skipped"]
    assert told["labelled"] == [40, True]
    # What the labels show waits until it is asked for: it would colour those that follow.
    assert told["measured"] == ["40 of 40 random labels", "", "See the result", False]
    assert told["result"][0] == ""
    assert told["result"][1].startswith("The judge is too lenient: it passed ")
    assert told["result"][2:] == ["Go on labelling", True]
    assert told["went on"] == [True, 0, 40]
    assert told["labelling"] == [True, False]
    assert told["found"][:2] == [
        "No answer is left to label.",
        "The judge is too lenient: it passed 6 of 18 answers that you failed.",
    ]
    assert told["found"][2].startswith(
        "Its pass rates are probably too high. The judge catches 12 of 18 answers that you failed (67 %, 95 % interval "
        "36 to 88) and fails"
    )
    assert told["found"][-2].startswith(
        "acme-mini: corrected for the judge's errors: 50 % (31 to 69); by the judge alone 67 %"
    )
    assert "Difference corrected for the judge's errors: −" in told["found"][-2]
    assert (
        told["found"][-1]
        == "In brackets: where the true rate very probably is (95 % interval). More labels make it shorter."
    )
    assert told["improvable"]
    assert told["files"]
    assert told["sheet"] == ["sheet.csv is written. Enter pass or fail in the column “label”, then import it.", True]
    assert told["planned"] == [
        "1 label to import. 1 of the labels is of the random sample. 3 rows are left out.",
        [
            "Row 2: The answer has this label already.",
            "Row 4: “Nowhere” is the name of no case of this test.",
            "Row 5: “” is the name of no column of this test.",
        ],
    ]
    assert told["imported"] == "1 label imported."
    assert told["unusable"].startswith("A file of labels has a column “label”")
    assert told["published"]
    assert told["improving"] == ["p.judge", "compose"]
    assert told["cases"] == [5, "The judge said pass, you said fail.", {"pass": {"const": False}}]
    assert told["values"] == ["output", "rubric"]
    assert told["back"] == "p"
    assert told["again"], "cases are not added twice"
    improved = "Edit, then test: 5 different answers you and the judge disagree on. [Back]"
    assert told["said"] == [
        *["No scored test of this prompt is here. Run the test first, then label its answers."] * 2,
        "This prompt has no check that a judge evaluates. Add one such as llm-rubric first.",
        "acme-judge judges the answers of this prompt's tests. [Undo]",
        "acme-mini judges the answers of this prompt's tests. The judge acme-mini is tested, too: models favour their "
        "own answers. [Undo]",
        "[withdrawn]",
        improved,
        "This is the prompt of a judge. [Back]",
        "[judges withdrawn]",
        improved,
    ]


def test_decide(tmp_path: Path) -> None:
    told = driven("decide", tmp_path)
    reports = ["decision_copy", "decision_html", "decision_json", "decision_markdown"]
    assert told["commands"] == ["decide_figures", "decide_rules", *reports, "view_decide"]
    assert told["tabs"] == {"decide": "Decide"}
    assert told["empty"] == ["Open a prompt in Compose to see what its results say.", []]
    assert told["headline"].startswith("Prompting has levelled off below your target: try a LoRA adapter")
    assert [told["words"][at] for at in (0, 3, 9, 10)] == ["limit reached", "limit reached", "limit near", "not tried"]
    assert told["status"] == ["Decided from 3 runs and 600 cases"]
    assert told["read again"] == 1
    figures = "Pass rate 82 % of 200 (76.1 to 86.7 %) on the hold-out · Target 92 %"
    assert told["opened"].startswith(f"{figures}\nConfidence high. Met if")
    assert told["escaped"] == [True, False], "the second Esc leaves the view"
    assert told["runs"] == ["run-1"]
    steps = told["steps"]
    assert steps["caching"][:2] == ["compose", "draft"]
    assert steps["caching"][2].startswith("A cache breakpoint was set.")
    assert steps["caching"][2].endswith("[Undo]")
    assert steps["reasoning"] == ["compose", "draft", "A lane with reasoning effort medium was added. [Undo]"]
    assert steps["cases"] == ["test", "cases of holdout 5"]
    said = "Each answer that you mark as the winner, or star, becomes a training row. 5 more rows would do."
    assert steps["winners"] == ["compose", said]
    assert steps["technique"] == ["compose", "TechniqueChosen"]
    assert steps["goal"] == ["decide", "form at Calls a month"]
    assert steps["examples"][1:2] == ["add_example"]
    assert steps["training"][1:] == ["HandOverRequested"]
    assert steps["retiring"][1:] == ["retiring_models"]
    assert steps["successor"][1:] == ["The prompt does not use gone any more. Look for retiring models again."]
    assert steps["verdicts"] == ["rank", "judge"]
    for kind, command in {
        "schema": "add_output",
        "improve": "improve",
        "shorten": "improve",
    }.items():
        assert steps[kind] == ["compose", command]
    assert [steps[kind][1] for kind in ("models", "tuned_lane")] == ["model 0", "tuned 0"]
    requested = {
        kind: steps[kind][1] for kind in ("guards", "holdout", "labels", "probe", "run", "samples", "try", "vote")
    }
    assert requested == {kind: f"{kind} {5 if kind in ('samples', 'vote') else 0}" for kind in requested}
    assert (told["hidden"], told["shown again"]) == (0, 1)
    assert told["figures"][0].startswith("“Target (%)” is a number above 0")
    assert told["figures"][1:] == [0.75, False, 2_000_000]
    figures = told["changed"].replace("\u00a0", " ")
    assert figures.startswith("Your figures: target 75 %, margin 10 points, 2 million calls a month")
    assert told["rules"]
    headline, buttons, hides_chart = told["few"]
    assert headline == "Not enough evidence yet: score 20 cases, or give 4 more verdicts."
    assert (buttons, hides_chart) == (["1 Score 20 cases: 20 calls, about $0.04, 1 minute"], True)
    assert told["reported"] == "StoreError"
