"""Configurations are read as promptfoo reads them: the same prompts with the same values and checks.

The samples hold what promptfoo itself sent. Every difference is listed here with its reason.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.formats.suites.promptfoo_files import NAME, SAMPLES, lost, rendered
from workbench.core.cases import Check, check_to_json
from workbench.core.content import Content, Message
from workbench.core.testing.imported_suite import ImportedCase, ImportedSuite, SuitePrompt
from workbench.formats.suites.nunjucks import TemplateRefusedError, convert
from workbench.formats.suites.promptfoo import read_config
from workbench.formats.suites.promptfoo_cases import ExpandedTest, as_value, evaluated, variables_of
from workbench.formats.suites.promptfoo_tests import RawTest
from workbench.formats.suites.suite_files import FolderFiles
from workbench.formats.suites.suite_format import SuiteSource

FOLDERS = sorted(path for path in SAMPLES.iterdir() if path.is_dir())
REFUSED = {
    "P6": "promptfoo fails, too: the tag is not closed",
    "P12": "an operator",
    "P14": "promptfoo fails, too",
    "P15": "a loop over a list",
}
SWAPPED = {("cross", 9), ("cross", 10)}
"""promptfoo takes the files of a pattern in the order of the disk; here they are sorted."""
ESCAPED = {("chat", 0, '{"task"')}
"""promptfoo escapes values inside of JSON that is no chat."""
NOT_RATIOS = {"levenshtein", "latency", "starts-with", "rouge-n"}
"""Cells without a threshold, for which promptfoo takes 0.75; here the type's own default counts."""


def read(folder: Path) -> ImportedSuite:
    return read_config(SuiteSource(NAME, FolderFiles(folder)))


def calls(suite: ImportedSuite) -> dict[tuple[int, str, str], tuple[ImportedCase, SuitePrompt]]:
    """Return the rendered prompts by case number, prompt label and column title."""
    return {
        (number, suite.prompts[prompt].label, suite.columns[column].title): (case, suite.prompts[prompt])
        for number, case in enumerate(suite.cases)
        for column in case.columns
        for prompt in suite.columns[column].prompts
        if prompt in case.prompts
    }


def theirs(folder: Path) -> dict[tuple[int, str, str], dict[str, Any]]:
    rows = json.loads((folder / "promptfoo.json").read_text("utf-8"))
    return {(row["test"], row["prompt"], row["provider"]): row for row in rows}


def sent(output: str) -> list[tuple[str, str]]:
    """Return the messages that promptfoo sends for an output of echo."""
    if output.startswith("- role: user"):
        return [("user", output.partition('content: "')[2].rstrip('"\n'))]
    try:
        data = json.loads(output)
    except ValueError:
        return [("user", output)]
    return [(one["role"], one["content"]) for one in data] if isinstance(data, list) else [("user", output)]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_same_prompts_are_sent(folder: Path) -> None:
    mine, other = calls(read(folder)), theirs(folder)
    left_out = {key for key in other if key[1].split()[0] in REFUSED}
    assert mine.keys() == other.keys() - left_out
    for key, (case, prompt) in mine.items():
        if (folder.name, key[0]) in SWAPPED or (folder.name, key[0], key[1][:7]) in ESCAPED:
            continue
        if folder.name == "cells" and other[key]["output"] is None:
            # A check of this test fails with an error in promptfoo, which then shows no answer.
            continue
        assert rendered(prompt.content, dict(case.case.values)) == sent(other[key]["output"]), key


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_cases_have_the_same_checks_thresholds_and_metadata(folder: Path) -> None:
    suite = read(folder)
    other = {key[0]: row for key, row in theirs(folder).items()}
    for number, case in enumerate(suite.cases):
        row = other[number]
        assert [told(check) for check in (*suite.checks, *case.case.checks)] == [
            expected(*check) for check in row["assert"]
        ]
        own = case.case.threshold
        assert (suite.threshold if own is None else own) == row["threshold"]
        metadata = {**row["metadata"]}
        if folder.name == "tables":
            # promptfoo also copies the threshold of a check into the metadata.
            metadata.pop("threshold", None)
        assert json.loads(case.case.metadata or "{}") == metadata
        if description := row["description"]:
            assert case.case.name.startswith(description)


def told(check: Check) -> tuple[Any, ...]:
    data = check_to_json(check)
    value = data.get("value")
    if data["type"].endswith("is-json") and isinstance(value, str):
        value = json.dumps(json.loads(value), separators=(",", ":"))
    return data["type"], value, data.get("threshold"), data.get("metric") or None


def expected(kind: str, value: Any, threshold: float | None, metric: str | None) -> tuple[Any, ...]:
    if kind in NOT_RATIOS and threshold == 0.75:
        if kind == "latency":
            return kind, None, float(value), metric or None
        threshold = None
    if (kind, value) == ("gleu", "echo text"):
        # promptfoo drops the number of the cell gleu(0.1).
        threshold = 0.1
    return kind, value, threshold, metric or None


def test_refused_prompts_are_named_with_the_reason() -> None:
    said = lost(read(SAMPLES / "templates"), "refused")
    assert "The prompt “P12 {{ name ~ 'x' }}” is left out. “{{ name ~ 'x' }}” is not converted." in said
    assert "P15" in said
    assert "It loops over a list, which is not converted. Write the list into the value." in said
    assert len(said.split("\n")) == len(REFUSED)


def test_differences_of_cells_are_named() -> None:
    said = lost(read(SAMPLES / "cells"), "differs")
    assert "“levenshtein:” allows 5 changes; promptfoo takes 0.75, so that it only accepts an equal answer." in said
    assert "“latency:600000” allows 600000; promptfoo takes 0.75. Write latency(600000) for both." in said


def test_plain_templates_stay_plain() -> None:
    suite = read(SAMPLES / "templates")
    kinds = {prompt.label.split()[0]: prompt.content.template for prompt in suite.prompts}
    assert {name for name, kind in kinds.items() if kind == "plain"} == {"P0", "P2", "P8", "P9", "P10", "P11", "P13"}


def test_a_key_in_the_file_is_not_taken() -> None:
    suite = read(SAMPLES / "references")
    assert "sk-secret" not in repr(suite)
    assert suite.env_names == ()


def test_converted_templates_give_what_nunjucks_gives() -> None:
    """Templates made at random, with what Nunjucks rendered, and whether they are refused here."""
    rows = json.loads((SAMPLES / "nunjucks.json").read_text("utf-8"))
    refused = 0
    for text, given, told, is_refused in rows:
        case = ExpandedTest(RawTest({}, (), True, "test"), given, "")
        try:
            converted = convert([text], variables_of([case], ()))
        except TemplateRefusedError:
            assert is_refused, text
            refused += 1
            continue
        values = {name: as_value(value) for name, value in given.items()}
        values = dict.fromkeys(converted.printed, "") | values
        values |= {name: evaluated(expression, given) for name, expression in converted.derived}
        content = Content((Message("user", converted.texts[0]),), converted.template)
        assert rendered(content, values) == [("user", told)], text
    assert refused < len(rows) / 4
