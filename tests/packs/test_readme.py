"""The README of a pack: its example runs, and its claims are supported by the verdicts."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.packs.making import BODIES, ORDER, PACK, body_of, one
from workbench.core.content import Content, Message
from workbench.core.templates import content_variables
from workbench.packs.pack_contents import Pack, PackStanding
from workbench.packs.pack_writer import write_folder
from workbench.packs.readme import write


def example(tmp_path: Path, pack: Pack) -> list[dict[str, object]]:
    """Run the README's example program and return the messages."""
    write_folder(tmp_path / "p", pack, body_of(BODIES))
    (code,) = re.findall(r"```python\n(.*?)```", (tmp_path / "p" / "README.md").read_text("utf-8"), re.DOTALL)
    assert "path/to/this/folder" in code
    names: dict[str, object] = {}
    exec(code.replace("path/to/this/folder", str(tmp_path / "p")).replace("…", '"given"'), names)
    messages: list[dict[str, object]] = names["request"].messages  # type: ignore[attr-defined]
    return messages


@pytest.mark.parametrize(
    "text",
    [
        "Hi",
        "{{name}} {{other}}",
        "{{model}} {{name}}",
        "{{class}}",
        "{{version}}",
        "{{within}}",
        "{{self}}",
        "{{größe}}",
    ],
)
def test_readme_example_runs(tmp_path: Path, text: str) -> None:
    content = Content((Message("user", text),))
    said = re.sub(r"\{\{.*?\}\}", "given", text)
    assert content_variables(content) == tuple(re.findall(r"\{\{(.*?)\}\}", text))
    assert example(tmp_path, one(content)) == [{"role": "user", "content": said}]


def test_readme_names_the_winner_and_its_confidence() -> None:
    told = write(PACK).decode()
    assert "**v2 · gpt**, which beats the average of them 70 % of the time (95 % interval 51 % to 85 %)" in told
    assert "12 verdicts, 4 of them blind" in told
    assert "- The second is not told apart yet." in told
    few = replace(PACK, prompts=(replace(ORDER, standing=PackStanding(1, 0)),))
    assert "1 verdict, none of them blind: too few to say which is best." in write(few).decode()
    nobody = replace(PACK, prompts=(replace(ORDER, standing=None),))
    assert "No answers have been judged yet" in write(nobody).decode()
