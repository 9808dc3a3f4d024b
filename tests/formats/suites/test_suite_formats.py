"""Every format of test files is one module with a whole row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workbench.formats import suites
from workbench.formats.suites import formats, recognised

SHARED = {
    *("__init__", "suite_format", "suite_files", "loading", "nunjucks"),
    *(f"promptfoo_{name}" for name in ("cases", "checks", "csv", "graders", "marks", "parts", "prompts", "providers")),
    *(f"promptfoo_{name}" for name in ("recognition", "sheets", "tests")),
}


def test_each_module_defines_one_format() -> None:
    files = {path.stem for path in Path(suites.__file__).parent.glob("*.py")}
    assert len(files - SHARED) == len(formats()) == len({row.order for row in formats().values()})
    for row in formats().values():
        assert re.fullmatch(r"[a-z0-9_-]+", row.id)
        assert row.title
        assert row.names
        assert row.help
        assert not row.help.endswith(".")
        assert all(row.recognise(name, b"") for name in row.names)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ('{"description": "a {[ \\"x\\"", "prompts": ["p"], "tests": []}', True),
        ('\ufeff\n{\n  "providers": ["echo"],\n  "prompts": ["p', True),
        ('{"config": {"prompts": [], "providers": []}, "results": {}}', False),
        ('{"prompts": []}', False),
        ('[{"prompts": [], "tests": []}]', False),
        ("prompts:\n  - p\ntests: []\n", True),
        ("other:\n  prompts: []\n  tests: []\n", False),
    ],
)
def test_a_configuration_is_recognised_by_its_outermost_keys(start: str, expected: bool) -> None:
    assert (recognised("mine.json", start.encode()) is not None) is expected


def test_the_documentation_names_what_is_read() -> None:
    told = (Path(__file__).parents[3] / "docs" / "TESTING.md").read_text("utf-8")
    for name in ("openai:", "anthropic:", "ollama:", "azure:", "bedrock:", "litellm:"):
        assert f"`{name}`" in told
