"""What is judged, what is asked about it, and what models reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from workbench.core.cases import Check
from workbench.core.content import Message
from workbench.core.judging.decisions import DecisionQuestion
from workbench.core.judging.vectors import read_vectors

if TYPE_CHECKING:
    from workbench.core.blocks import OutputFormat


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """An answer that is judged.

    `prompt` is what its model was sent: a text, or JSON of the messages. `values` are the variables of its case, as
    text or JSON values, and `expectation` is the case's good answer, "" for none. `baseline` is the answer of the
    baseline column to the same case and sample, for pairwise checks; None while there is none.
    """

    text: str
    prompt: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    expectation: str = ""
    baseline: str | None = None


@dataclass(frozen=True, slots=True)
class JudgeQuestion:
    """One call of a model.

    A `chat` question has messages, perhaps an output format, and the variables of the judge prompt that were filled in
    (`values`, for the record). An `embedding` question has texts, whose vectors are wanted in the same order. A
    `decision` question has its input as messages, and what a decision model is asked about it.
    """

    kind: Literal["chat", "embedding", "decision"]
    messages: tuple[Message, ...] = ()
    output: OutputFormat | None = None
    texts: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    decisions: tuple[DecisionQuestion, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgeReply:
    """The reply to one question. `problem` is a sentence when the call failed, "" otherwise.

    `text` is that of the reply's output. An embedding model's holds the vectors, which `with_vectors` reads.
    """

    output_uid: str = ""
    text: str = ""
    vectors: tuple[tuple[float, ...], ...] = ()
    problem: str = ""

    @classmethod
    def with_vectors(cls, output_uid: str, text: str) -> JudgeReply:
        """Return the reply of an embedding model whose output has this text."""
        try:
            return cls(output_uid, text, read_vectors(text))
        except ValueError as error:
            return cls(output_uid, text, problem=str(error))


@dataclass(frozen=True, slots=True)
class JudgeInputs:
    """A check with its value as JSON, templates filled in (MISSING when it has none), and the answer."""

    check: Check
    value: Any
    answer: JudgedAnswer

    def threshold(self, default: float) -> float:
        """Return the threshold of the check, `default` when it has none."""
        return default if self.check.threshold is None else self.check.threshold
