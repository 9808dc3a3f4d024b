"""The echo endpoint, which answers with the rendered prompt: free, offline, and available before other providers load.

Vectors of texts are made from their letters; it makes no decisions.

Invariant: a single message is returned byte for byte; several are returned each after a line with its role.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

from workbench.core.judging.vectors import vectors_text
from workbench.core.runs import Mark
from workbench.engine.calls import Call
from workbench.engine.child.failures import CallError
from workbench.engine.child.streamed_answer import StreamedAnswer
from workbench.engine.child.wire_messages import wire_messages
from workbench.engine.estimate import estimate
from workbench.engine.hashed_vectors import hashed_vector

DELAY = "delay_ms"
"""The only parameter: a pause in ms before each word, to try out streaming without a model."""
_WORD = re.compile(r"\s*\S+|\s+")
_BREATH = 64


class EchoProvider:
    """Answers any call without a model."""

    async def ask(self, call: Call, answer: StreamedAnswer) -> None:
        """Return the prompt as the answer, word by word. Raises CallError for decisions."""
        if call.task != "chat":
            _embed(call, answer)
            return
        delay = call.params.get(DELAY, 0)
        seconds = delay / 1000 if isinstance(delay, int | float) and 0 < delay <= 10_000 else 0.0
        wire: dict[str, Any] = {
            "model": call.model,
            "messages": wire_messages(call, []),
        }
        ignored = [Mark("refused", name, "Echo has no such setting.") for name in call.params if name != DELAY]
        if call.tools:
            ignored.append(
                Mark("refused", "tools", "Echo cannot call tools; choose a model with tools to see them run.")
            )
        if call.output is not None:
            ignored.append(Mark("refused", "response_format", "Echo only returns the prompt, without a format."))
        answer.sent(wire, tuple(ignored))
        whole = echoed(call)
        for number, piece in enumerate(_WORD.findall(whole) if call.stream else [whole]):
            if seconds:
                await asyncio.sleep(seconds)
            elif number % _BREATH == 0:
                await asyncio.sleep(0)
            answer.text(piece)
        answer.finish_reason = "stop"
        answer.usage = estimate(call.messages, whole)


def _embed(call: Call, answer: StreamedAnswer) -> None:
    if call.task == "decide":
        raise CallError("no_decisions", "Echo makes no decisions. Choose a decision model.")
    ignored = tuple(Mark("refused", name, "Echo has no such setting.") for name in call.params)
    texts = [message.text for message in call.messages]
    answer.sent({"model": call.model, "input": texts}, ignored)
    answer.text(vectors_text([hashed_vector(text) for text in texts]))
    answer.finish_reason = "stop"
    answer.usage = estimate(call.messages, "")


def echoed(call: Call) -> str:
    """Return echo's answer to a call."""
    if len(call.messages) == 1:
        return call.messages[0].text
    return "\n\n".join(f"{m.role}:\n{m.text}" for m in call.messages)
