"""Every feature works with stand-ins for the services of the window, in a process that never imports the window."""

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
    """Return what the program that drives a feature tells."""
    env = os.environ | {"QT_QPA_PLATFORM": "offscreen", "HOME": str(folder)}
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
    assert told["said"][0].startswith("No run is selected.")
    assert told["said"][1].startswith("7 runs in ")
    assert told["rows"] >= 7


def test_packs(tmp_path: Path) -> None:
    told = driven("packs", tmp_path)
    assert told["commands"] == ["export_pack", "import_pack", "undo_import"]
    assert told["ticked"] == ["Mail bot"]
    assert (told["exported"], told["is_written"]) == ("1 prompt exported.", True)
    assert told["saved"] == 1
    assert told["planned"] == "Mail bot. New: 1 version and 1 case."
    assert (told["opened"], told["came"]) == ("p-mail", ["Mail bot"])
    assert (told["left"], told["open_at_last"]) == (["Shop bot"], "p-shop")
    assert told["said"] == ["1 prompt added. [Undo]", "[withdrawn]", "Taken out again: 1 prompt."]
    assert told["changes"] == 2


def test_training(tmp_path: Path) -> None:
    told = driven("training", tmp_path)
    assert told["commands"] == ["training"]
    assert told["title"] == "Training files of “Order status bot”"
    assert told["counts"] == "3 rows to train with, 1 row for validation"
    assert told["written"].startswith("train.jsonl and validation.jsonl are in ")
    assert told["files"] == ["train.jsonl", "validation.jsonl"]
    assert told["other"] == "Training files of “Ticket triage → JSON”"
    assert told["refused"].startswith("There is nothing to train with")
    assert told["said"] == []


def test_cases(tmp_path: Path) -> None:
    told = driven("cases", tmp_path)
    assert told["commands"] == ["cases", "keep_case"]
    assert (told["title"], told["variables"]) == ("Cases of “Prompt p”", ["order"])
    assert (told["used"], told["put_back"]) == ([["order", "7"]], [])
    assert told["deleted"] == 0
    # What was typed is saved when another prompt is opened, which closes the list.
    assert told["stored"] == [["set-1", "Very late", [["order", "7"]]]]
    assert not told["is_open"]
    assert told["said"] == [
        "There are no values to make a case of. Give a variable a value first.",
        "“Late” is a case of this prompt now. [Undo]",
        "The values of the case “Late” are in Compose now, as a value set. [Undo]",
        "[withdrawn]",
        "The case “Late” is deleted. [Undo]",
        "[withdrawn]",
    ]
