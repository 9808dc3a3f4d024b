"""Token counting outside the event loop: in a child process, or by the runtime that has the model loaded.

Short texts are counted by the rule in this process, which takes a millisecond; a child process takes 10 MB.

Invariant: a question is answered or refused within LIMIT_S, delays no call, and loads no model; the process ends after
IDLE_S without a question.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Sequence
from typing import Any

import httpx

from workbench.core.content import Message
from workbench.core.lanes import Endpoint
from workbench.core.token_counts import RULE
from workbench.engine import estimate, protocol
from workbench.engine.child.failures import CallError
from workbench.engine.child.http import HttpClients, auth_headers
from workbench.engine.child.runtimes import Runtime, Runtimes, model_of
from workbench.engine.tokenizers import RUNTIME

LIMIT_S = 20.0
"""Seconds; the slowest vocabulary takes half a second per megabyte."""
IDLE_S = 60.0
"""Seconds; a vocabulary takes up to 50 MB, and half a second to load again."""
AT_ONCE = 16_000
"""Characters that the rule counts in a millisecond."""


class TokenCounting:
    """Selects the counter for each question: runtime, rule or child process."""

    def __init__(self, runtimes: Runtimes) -> None:
        self._runtimes = runtimes
        self._clients = HttpClients()
        self._counters = TokenCounters()

    async def count(
        self, endpoint: Endpoint, tokenizer: str, messages: Sequence[Message], builtin_model: str
    ) -> dict[str, Any]:
        """Return the fields of the answer: tokenizer (an id), counts of the messages, whole (None if unknown), reason.

        Raises CallError.
        """
        if tokenizer == RUNTIME.id:
            runtime = self._runtimes.loaded(model_of(endpoint, builtin_model))
            if runtime is not None:
                parts, whole = await count_there(self._clients, runtime, messages)
                return {"tokenizer": tokenizer, "counts": parts, "whole": whole, "reason": ""}
            tokenizer = RULE
        texts = [message.text for message in messages]
        if tokenizer == RULE and sum(map(len, texts)) <= AT_ONCE:
            return {"tokenizer": RULE, "counts": list(map(estimate.tokens, texts)), "whole": None, "reason": ""}
        used, counts, reason = await self._counters.count(tokenizer, texts)
        return {"tokenizer": used, "counts": counts, "whole": None, "reason": reason}

    def close(self) -> None:
        """End the counting process."""
        self._counters.close()


class TokenCounters:
    """One counting process, started on first use; questions are serialised."""

    def __init__(self, idle_s: float = IDLE_S) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._idle_s = idle_s
        self._resting: asyncio.TimerHandle | None = None

    async def count(self, tokenizer: str, texts: Sequence[str]) -> tuple[str, list[int], str]:
        """Return the id of the vocabulary used, the counts, and why it is not `tokenizer` ("" when it is).

        Raises CallError.
        """
        order = protocol.encode("count", 1, {"tokenizer": tokenizer, "texts": list(texts)})
        async with self._turn:
            if self._resting is not None:
                self._resting.cancel()
            try:
                async with asyncio.timeout(LIMIT_S):
                    answer = protocol.decode(await self._exchange_again(order))
            except (TimeoutError, OSError, ValueError, protocol.ProtocolError, asyncio.IncompleteReadError) as error:
                self.close()
                raise CallError(
                    "not_counted", "The tokens could not be counted. Keep typing to try again.", f"{error!r}"
                ) from error
            except asyncio.CancelledError:
                # A late answer would be read as that of the next question.
                self.close()
                raise
            self._resting = asyncio.get_running_loop().call_later(self._idle_s, self.close)
        return answer["tokenizer"], answer["counts"], answer["reason"]

    def close(self) -> None:
        """End the process."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        self._process = None

    async def _exchange_again(self, order: bytes) -> bytes:
        """Call `_exchange`, and retry once with a new process when the old one has died."""
        try:
            return await self._exchange(order)
        except (OSError, asyncio.IncompleteReadError):
            self.close()
            return await self._exchange(order)

    async def _exchange(self, order: bytes) -> bytes:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "workbench.engine.counter",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=protocol.MAX_LINE,
            )
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise AssertionError("the counter was started with pipes")
        stdin.write(order)
        await stdin.drain()
        return await stdout.readuntil(b"\n")


async def count_there(clients: HttpClients, runtime: Runtime, messages: Sequence[Message]) -> tuple[list[int], int]:
    """Return the runtime's token count of each message, and of the whole prompt in the model's own format.

    Raises CallError.
    """
    headers = auth_headers(runtime.key, (), ())
    try:
        with clients.lend(runtime.address) as client:

            async def ask(path: str, body: object) -> dict[str, object]:
                answer = await client.post(f"{runtime.address}{path}", json=body, headers=headers, timeout=LIMIT_S)
                answer.raise_for_status()
                return dict(answer.json())

            async def tokens(text: str, *, special: bool = False) -> int:
                found = (await ask("/tokenize", {"content": text, "add_special": special, "parse_special": special}))[
                    "tokens"
                ]
                return len(found) if isinstance(found, list) else 0

            shaped = await ask("/apply-template", {"messages": [{"role": m.role, "content": m.text} for m in messages]})
            parts = [await tokens(m.text) for m in messages]
            return parts, await tokens(str(shaped["prompt"]), special=True)
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise CallError("not_counted", "The model's runtime did not count the tokens.", f"{error!r}") from error
