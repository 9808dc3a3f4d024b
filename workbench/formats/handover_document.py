"""The document of a hand-over to training, in Markdown: checklist, files, commands, and the way back.

Invariant: it computes no figure, and repeats those of the facts; commands come from the dated data.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workbench.core.text import counted
from workbench.core.training_commands import TrainingCommands

CheckState = Literal["yes", "no", "unknown"]
SIGNS: Mapping[CheckState, str] = {"yes": "✓", "no": "✗", "unknown": "?"}


@dataclass(frozen=True, slots=True)
class HandOverCheck:
    """A point of the checklist: whether it is fulfilled, and the sentence about it."""

    title: str
    state: CheckState
    words: str

    @property
    def line(self) -> str:
        """The point as one line with its sign."""
        return f"{SIGNS[self.state]} {self.title}: {self.words}"


@dataclass(frozen=True, slots=True)
class HandOverPart:
    """A part of the training rows: "quarter", "half" or "all", tokens of one pass, and dollars, None if unknown."""

    name: str
    rows: int
    tokens: int
    usd: float | None


@dataclass(frozen=True, slots=True)
class HandOverFacts:
    """What is handed over. `retires` is an ISO date, "" if unknown; `left_out` are reasons with counts."""

    prompt: str
    kind: str
    base_model: str
    retires: str
    suffix: str
    epochs: int
    per_million: float | None
    parts: tuple[HandOverPart, ...]
    validation: int
    left_out: tuple[tuple[str, int], ...]
    checks: tuple[HandOverCheck, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the facts for programs."""
        return {
            "prompt": self.prompt,
            "kind": self.kind,
            "base_model": self.base_model,
            "retires": self.retires or None,
            "epochs": self.epochs,
            "parts": [
                {"name": one.name, "rows": one.rows, "tokens": one.tokens, "cost_usd": one.usd} for one in self.parts
            ],
            "validation": self.validation,
            "left_out": dict(self.left_out),
            "checklist": [{"title": one.title, "state": one.state, "words": one.words} for one in self.checks],
        }


def markdown(facts: HandOverFacts, commands: TrainingCommands) -> str:
    """Return the document."""
    return "\n".join((*_head(facts), *_files(facts), *_routes(facts, commands), *_back(facts, commands))) + "\n"


def _head(facts: HandOverFacts) -> Iterator[str]:
    yield f"# Hand-over to training: {_plain(facts.prompt)}"
    yield ""
    yield "## Checklist"
    yield ""
    yield from (f"- {_joined(check.line)}" for check in facts.checks)
    yield ""


def _files(facts: HandOverFacts) -> Iterator[str]:
    yield "## Files"
    yield ""
    price = "" if facts.per_million is None else f" at ${facts.per_million:g} per million tokens"
    yield f"| part | rows | tokens in {counted(facts.epochs, 'epoch')} | cost{price} |"
    yield "| --- | ---: | ---: | ---: |"
    for part in facts.parts:
        cost = "unknown" if part.usd is None else f"${part.usd:,.2f}"
        yield f"| {part.name} | {part.rows:,} | {part.tokens * facts.epochs:,} | {cost} |"
    yield ""
    yield (
        "`trl/` has the rows for your own hardware, `upload/` the same rows for a provider. Each part contains the "
        f"smaller ones, and all have the same {counted(facts.validation, 'row')} for validation."
    )
    yield "Cases of the hold-out and of guard sets are in none of the files."
    yield ""
    if facts.left_out:
        yield "Left out:"
        yield ""
        yield from (f"- {count:,}: {_joined(reason)}" for reason, count in facts.left_out)
        yield ""


def _routes(facts: HandOverFacts, commands: TrainingCommands) -> Iterator[str]:
    yield "## Commands"
    yield ""
    yield (
        f"Run them in this folder. Options are those of {commands.date}; compare them with the version that you "
        "install. Rank, epochs and learning rate are starting points, not results."
    )
    yield ""
    filled = {**_filled(facts), **commands.settings.filled(facts.kind)}
    names = tuple(part.name for part in facts.parts)
    for route in commands.routes:
        lines = route.lines(facts.kind, names, filled, validates=bool(facts.validation))
        if lines:
            yield f"### {route.title}"
            yield ""
            yield from _block(lines)
            yield from ((route.note, "") if route.note else ())
            yield f"Sources: {', '.join(route.sources)}"
            yield ""


def _back(facts: HandOverFacts, commands: TrainingCommands) -> Iterator[str]:
    yield "## Back into the workbench"
    yield ""
    filled = {**_filled(facts), **commands.settings.filled(facts.kind), "part": facts.parts[-1].name}
    for way in commands.back:
        yield f"### {way.title}"
        yield ""
        yield _joined(way.words.format(**filled))
        yield ""
        if way.commands:
            quoted = {name: shlex.quote(value) for name, value in filled.items()}
            yield from _block(way.commands.format(**quoted).splitlines())
    yield "## Compare"
    yield ""
    prompt, base = shlex.quote(_joined(facts.prompt)), shlex.quote(facts.base_model)
    yield (
        "Keep the prompt with the tuned model: the lane changes, the text stays. Run the model that the prompt uses "
        "today, the base model and the tuned one on the same cases, on the hold-out, and on the guard sets. Put the "
        "name of today's model in place of TODAY; the others are compared with the first model:"
    )
    yield ""
    yield from _block([f"workbench test {prompt} --hold-out --guards --model TODAY --model {base} --model TUNED"])
    yield "- Better on the hold-out and no guard set worse: ship it, and check again every month."
    yield "- A guard set is worse: reject it. Add general rows, train for fewer epochs, or lower the rank."
    yield "- No difference shown: keep the prompt."
    yield "- All rows hardly better than half of them: more rows will not help."


def _filled(facts: HandOverFacts) -> dict[str, str]:
    return {"base": facts.base_model, "epochs": str(facts.epochs), "suffix": facts.suffix}


def _block(lines: list[str]) -> Iterator[str]:
    yield "```sh"
    yield from lines
    yield "```"
    yield ""


def _joined(text: str) -> str:
    return " ".join(text.split())


def _plain(text: str) -> str:
    """Return a name on one line, without the signs that Markdown would read as emphasis, code or a link."""
    return _joined(text).translate({ord(sign): f"\\{sign}" for sign in "\\*`[]<>"})
