"""`workbench label`: labels and overrules of a test as a file, out and in again."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.store.judging.judges import HASH
from tests.store.making import LATER, NOW, opened
from tests.store.testing.suites import CONTAINS
from tests.ui.judged_support import is_good, judged_test, label_all
from workbench.cli.main import main
from workbench.core.testing.check_hash import check_hash

CONTAINS_HASH = check_hash(CONTAINS)


@pytest.fixture
def judged(db: str) -> list[str]:
    """A history whose prompt “Order bot” has a judged test; return the uids of the answers."""
    store = opened(Path(db))
    store.create_prompt("p", "Order bot", NOW).result(60)
    outputs = judged_test(store, 24)
    store.close()
    return outputs


def labelled(db: str, outputs: list[str]) -> None:
    store = opened(Path(db))
    label_all(store, outputs)
    for uid, hash_ in (("o1", HASH), ("o2", CONTAINS_HASH)):
        store.tests.overrule("t1", outputs[3], hash_, "fail", "see mail", LATER, uid).result(60)
    store.close()


def said(db: str) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return the labels and the overrules of the test."""
    store = opened(Path(db))
    labels = [(one.output_uid, one.label, one.picked, one.note) for one in store.judges.labels("t1", HASH)]
    overrules = [(uid, one.check_hash, one.state, one.note) for _, uid, one in store.tests.overrules("t1")]
    store.close()
    return labels, overrules


def test_labels_and_overrules_survive_a_round_trip(
    db: str, judged: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = str(tmp_path / "other.db")
    shutil.copy(db, other)
    labelled(db, judged)
    file = tmp_path / "labels.csv"
    assert main(["label", "export", "--db", db, "Order bot", "-o", str(file)]) == 0
    assert capsys.readouterr().out.startswith("Test 1: 48 labels and 2 overrules. Written to ")
    rows = list(csv.DictReader(file.open(newline="")))
    assert (rows[0]["kind"], rows[0]["case"], rows[0]["column"], rows[0]["label"], rows[0]["picked"]) == (
        *("label", "Order 0", "acme-large", "pass", "random"),
    )
    assert main(["label", "import", "--db", other, "Order bot", str(file), "--preview", "--json"]) == 0
    preview = json.loads(capsys.readouterr().out)
    assert (preview["labels"], preview["random"], preview["overrules"], preview["imported"]) == (48, 48, 2, False)
    assert said(other) == ([], [])
    assert main(["label", "import", "--db", other, "Order bot", str(file)]) == 0
    assert capsys.readouterr().out == "48 labels and 2 overrules imported. 48 of the labels are of the random sample.\n"
    assert said(other) == said(db)
    # Labels that are there already are not added again.
    assert main(["label", "import", "--db", other, "Order bot", str(file), "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert (again["labels"], again["new"], len(again["left_out"])) == (0, 0, 48)
    assert again["left_out"][0] == {"row": 2, "reason": "The answer has this label already."}


def test_a_sheet_of_random_answers_is_filled_in_and_measures_the_judge(
    db: str, judged: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sheet.csv"
    assert main(["label", "export", "--db", db, "Order bot", "--sample", "-o", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["file"] == str(file)
    rows = list(csv.DictReader(file.open(newline="")))
    assert len(rows) == 40
    assert not {"column", "model"} & rows[0].keys()
    for row in rows:
        _, case, column, *_ = row["output"].split(".")
        row["label"] = "pass" if is_good(int(case), int(column)) else "fail"
    made = io.StringIO(newline="")
    writer = csv.DictWriter(made, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    file.write_text(made.getvalue())
    assert main(["label", "import", "--db", db, "Order bot", str(file), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["new"], document["random"], document["left_out"]) == (40, 40, [])


def test_rows_that_do_not_fit_are_named_and_the_rest_is_imported(
    db: str, judged: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines: list[dict[str, object]] = [
        {"output": judged[0], "label": "fail"},
        {"output": "elsewhere", "label": "fail"},
        {"kind": "overrule", "output": judged[1], "check": CONTAINS_HASH, "label": "fail", "note": "no"},
        {"kind": "overrule", "output": judged[1], "check": "0" * 64, "label": "fail"},
        {"kind": "overrule", "output": "elsewhere", "check": CONTAINS_HASH, "label": "fail"},
    ]
    file = tmp_path / "labels.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))
    assert main(["label", "import", "--db", db, "Order bot", str(file)]) == 0
    heard = capsys.readouterr()
    assert heard.out.startswith("1 label and 1 overrule imported.")
    for words in (
        "that the check judged",
        "This check is not part of this test.",
        "This output is not an answer of this test.",
    ):
        assert words in heard.err
    assert said(db)[1] == [(judged[1], CONTAINS_HASH, "fail", "no")]


def test_what_is_not_there_is_said(
    db: str, judged: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["label", "export", "--db", db, "Order bot", "--test", "7"]) == 2
    assert "has no test 7" in capsys.readouterr().err
    # No label yet: only the header, and nothing was found.
    assert main(["label", "export", "--db", db, "Order bot"]) == 1
    assert capsys.readouterr().out.startswith("kind,output,case,column,sample,check,requirement,label,picked,note,")
    assert main(["label", "export", "--db", db, "Order bot", "--sample", "--check", "7"]) == 2
    assert "Name one of the judged checks with --check: 1: " in capsys.readouterr().err
    other = tmp_path / "other.csv"
    other.write_text("answer,verdict\nHello,pass\n")
    assert main(["label", "import", "--db", db, "Order bot", str(other)]) == 2
    assert "A file of labels has a column “label”" in capsys.readouterr().err
    assert said(db) == ([], [])
    there = tmp_path / "there.csv"
    there.write_text("mine")
    assert main(["label", "export", "--db", db, "Order bot", "-o", str(there)]) == 2
    assert there.read_text() == "mine"
