"""Validation of packs, and the schemas that it uses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from jsonschema import Draft202012Validator

from tests import depth
from tests.packs import hostile
from tests.packs.making import BODIES, ORDER, PACK, body_of, packs
from workbench.core.cases import case_to_json
from workbench.packs.pack_contents import Pack
from workbench.packs.pack_writer import texts, write_archive, write_folder
from workbench.packs.validator import problems, schema
from workbench.packs.yaml_reader import parse, typed


@pytest.mark.parametrize("kind", ["pack", "prompt", "case", "evidence"])
def test_schemas_are_valid_json_schemas(kind: str) -> None:
    Draft202012Validator.check_schema(schema(kind))
    assert schema(kind)["description"]


@depth.examples(10, 1000, suppress_health_check=[HealthCheck.too_slow])
@given(packs())
def test_exported_packs_match_the_schemas(pack: Pack) -> None:
    files = texts(pack)
    Draft202012Validator(schema("pack")).validate(typed(parse(files["pack.yaml"], "f")))
    for prompt in pack.prompts:
        Draft202012Validator(schema("prompt")).validate(typed(parse(files[prompt.file], "f")))
        for case in prompt.cases:
            Draft202012Validator(schema("case")).validate(json.loads(json.dumps(case_to_json(case))))


def test_valid_pack_has_no_problems(tmp_path: Path) -> None:
    write_folder(tmp_path / "f", PACK, body_of(BODIES))
    write_archive(tmp_path / "a", PACK, body_of(BODIES))
    assert (problems(tmp_path / "f"), problems(tmp_path / "a")) == ([], [])


@pytest.mark.parametrize(
    ("name", "old", "new", "word"),
    [
        ("pack.yaml", "licence:", "license:", "pack.yaml: Additional properties"),
        ("pack.yaml", "verdicts: 12", "verdicts: -1", "standing.verdicts"),
        (ORDER.file, "maxTokens: 120", "maxTokens: many", "modelParameters.maxTokens"),
        (ORDER.file, "Be brief", "Be kind", "changed after the export"),
        (ORDER.case_file, '"name":"Late order"', '"name":7', "not text"),
        (ORDER.case_file, '{"source":"mail"}', '"mail"', "metadata an object"),
        (ORDER.file, "testData:", "evaluators: []\ntestData:", "`evaluators` is not used here"),
        (
            ORDER.file,
            "modelParameters:",
            "modelParameters:\n  topP: 0.5",
            "`modelParameters` differs from the one under",
        ),
        (
            ORDER.file,
            "\nmodel: openai",
            "\nmodel: azure",
            "`model` differs from the one under `workbench`, which is used",
        ),
        (ORDER.file, "\nworkbench:", "\n  - question: more\nworkbench:", "only the first row of `testData`"),
        ("README.md", "Order prompts", "Mine", "README.md differs from what"),
        ("promptfooconfig.yaml", "echo", "echo", ""),
    ],
)
def test_faults_are_reported(tmp_path: Path, name: str, old: str, new: str, word: str) -> None:
    write_folder(tmp_path / "f", PACK, body_of(BODIES))
    file = tmp_path / "f" / name
    file.write_text(file.read_text("utf-8").replace(old, new), "utf-8")
    found = problems(tmp_path / "f")
    assert (word in " ".join(found)) if word else found == []


def test_hostile_pack_is_reported_as_a_problem(tmp_path: Path) -> None:
    (tmp_path / "p").write_bytes(hostile.zipped({**hostile.FILES, "../x": b""}))
    assert problems(tmp_path / "p") == ["This pack contains “../x”, a path outside of it, so nothing was read."]


def test_minimal_pack_has_no_problems(tmp_path: Path) -> None:
    """What an import takes is sound, too: a person writes no hashes."""
    (tmp_path / "prompts").mkdir()
    (tmp_path / "cases").mkdir()
    (tmp_path / "pack.yaml").write_text("format: 1\nprompts:\n  - slug: hello\n")
    (tmp_path / "prompts" / "hello.prompt.yml").write_text("messages:\n  - {role: user, content: Hi}\nworkbench: {}\n")
    (tmp_path / "cases" / "hello.jsonl").write_text('{"name":"No values"}\n')
    assert problems(tmp_path) == []


@pytest.mark.deep(only=True)
def test_only_the_beginning_of_huge_evidence_is_checked(tmp_path: Path) -> None:
    output = {"lane": 1, "value_set": 1, "sample": 1, "attempt": 1, "state": "finished"}
    told = {"run": "r", "version": "a" * 64, "value_sets": [], "lanes": [], "outputs": [output] * 2000}
    line = json.dumps(told, separators=(",", ":")).encode() + b"\n"
    write_folder(tmp_path / "f", PACK, body_of(BODIES), {"order-bot": line * 62})
    (found,) = problems(tmp_path / "f")
    assert found.startswith("evidence/order-bot.jsonl: only its first ")
