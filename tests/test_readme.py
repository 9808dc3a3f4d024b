"""The README is short and keeps its promises; tests/guide checks its links and command lines."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.core.techniques import PLACES

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_readme_is_short() -> None:
    assert len(README.splitlines()) <= 150


def test_promised_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"\bmake ([a-z][a-z-]+)", README))
    assert {"run", "test", "docs"} <= targets
    assert [target for target in targets if f"\n{target}:" not in makefile] == []


def test_guide_names_every_technique_insertion_point() -> None:
    page = (ROOT / "docs" / "blocks.md").read_text("utf-8")
    assert [place for place in PLACES if f"`{place}`" not in page] == []
