"""Which provider answers which call, and what each of them needs.

Invariant: a provider is imported and made on first need, never before; echo needs none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.engine.calls import Call
from workbench.engine.child.echo import Echo
from workbench.engine.child.provider import Provider


@dataclass(frozen=True, slots=True)
class Place:
    """The gate a call goes through."""

    name: str
    limit: int


class House:
    """The providers of one engine."""

    def __init__(self, notice: Callable[[str], None]) -> None:
        self.builtin_model = ""
        self._notice = notice
        self._echo = Echo()

    async def prepare(self) -> None:
        """Load what the first real call will need."""

    async def warm(self, what: str) -> None:
        """Load litellm, or start the built-in model."""

    def provider(self, call: Call) -> tuple[Provider, Place | None]:
        """Return who answers `call`, and the gate before it (None: no limit)."""
        return self._echo, None

    async def answer(self, kind: str, message: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a question of that kind (models, check, render) as the fields of its reply. Raises CallError."""
        return {}

    def close(self) -> None:
        """End every process that was started."""
