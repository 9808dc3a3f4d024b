"""The way to an answer in which tools took part: what was called, what the tool gave back, what was said.

Invariant: everything is shown as the model and the tool wrote it; no text of theirs can leave the block it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from workbench.core.runs import Step
from workbench.ui.lanes.reading.markdown_page import MarkdownPage

_FENCE = re.compile(r"`{3,}")


def as_markdown(steps: Sequence[Step]) -> str:
    """Return steps as Markdown, a heading for each; calls are counted, the last text is the answer."""
    last = next((at for at in range(len(steps) - 1, -1, -1) if steps[at].kind == "text"), -1)
    told, calls = [], 0
    for at, step in enumerate(steps):
        match step.kind:
            case "tool_call":
                calls += 1
                name = " ".join(step.name.split()).replace("`", "'")
                told += [f"#### Call {calls}: `{name}`", _block(step.text or "{}")]
            case "tool_result":
                told += ["#### Simulated answer", _block(step.text)]
            case "reasoning":
                told += ["#### Reasoning", _block(step.text, "")]
            case "text":
                is_answer = at == last and at == len(steps) - 1
                told += [f"#### {'Answer' if is_answer else 'Said'}", step.text]
    return "\n\n".join(told)


def _block(text: str, language: str = "json") -> str:
    fence = "`" * (1 + max((len(run) for run in _FENCE.findall(text)), default=2))
    return f"{fence}{language}\n{text}\n{fence}"


class StepsPage(MarkdownPage):
    """Asks the window for the steps of the answer, a sequence of `Step`."""

    def set_text(self, text: str) -> None:
        """Nothing: the answer is the last step."""

    def append(self, piece: str) -> None:
        """Nothing, as above."""

    def refresh(self) -> None:
        self.data_wanted.emit()

    def set_data(self, data: Any) -> None:
        self.view.set_text(as_markdown(data))

    def set_name(self, name: str) -> None:
        self.view.setAccessibleName(f"Steps. {name}")
