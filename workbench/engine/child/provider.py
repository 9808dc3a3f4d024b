"""The interface of call providers.

Invariant: a provider passes everything that arrives to the answer, raises CallError for every failure, and propagates
cancellation after closing its connection.
"""

from __future__ import annotations

from typing import Protocol

from workbench.engine.calls import Call
from workbench.engine.child.streamed_answer import StreamedAnswer


class CallProvider(Protocol):
    """Answers calls."""

    async def ask(self, call: Call, answer: StreamedAnswer) -> None:
        """Make one attempt; return when the answer is complete. Raises CallError."""
        ...
