"""The interface behind which models answer.

Invariant: a provider tells the answer everything that arrives, raises CallError for everything that goes wrong, and
lets cancellation through after closing its connection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from workbench.engine.calls import Call
from workbench.engine.child.streamed_answer import StreamedAnswer


class CallProvider(Protocol):
    """Somebody who can answer calls."""

    async def ask(self, call: Call, answer: StreamedAnswer) -> None:
        """Ask once; return when the answer is complete. Raises CallError."""
        ...


@dataclass(frozen=True, slots=True)
class CallPlace:
    """The gate a call goes through: `name` is an endpoint's uid, or `uid/part`; `limit` is how many by default."""

    name: str
    limit: int
