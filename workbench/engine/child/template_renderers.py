"""Rendering of Jinja templates in a child process.

Invariant: no template runs in the engine itself, none runs longer than LIMIT_S, and a process that exceeded a limit is
never reused.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.engine import protocol
from workbench.engine.child.failures import CallError

LIMIT_S = 2.0
_START_S = 10.0


class TemplateRenderers:
    """One renderer process, reused until it has to be killed; requests are serialised."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def render(self, texts: Sequence[Sequence[str]], values: Mapping[str, Any]) -> list[str]:
        """Render texts, given as pairs of place and template. Raises CallError, which names the line of a mistake."""
        order = protocol.encode("render", 1, {"texts": [list(pair) for pair in texts], "values": dict(values)})
        async with self._turn:
            try:
                process = await self._ready()
                answer = protocol.decode(await self._exchange(process, order, LIMIT_S))
            except TimeoutError as error:
                self.close()
                raise CallError(
                    "template_timeout",
                    f"The template did not finish within {LIMIT_S:g} s. Look for a loop or a repetition that grows.",
                ) from error
            except (OSError, ValueError, protocol.ProtocolError, asyncio.IncompleteReadError) as error:
                self.close()
                raise CallError(
                    "template_limit",
                    "The template needs more memory or time than is allowed. "
                    "Look for a loop or a repetition that grows.",
                    str(error),
                ) from error
            except asyncio.CancelledError:
                # A late answer would be read as that of the next template.
                self.close()
                raise
        if answer["type"] == "failed":
            raise CallError("template_error", answer["sentence"], answer["detail"])
        return [str(text) for text in answer["texts"]]

    def close(self) -> None:
        """End the process."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        self._process = None

    async def _ready(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "workbench.engine.renderer",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=protocol.MAX_LINE,
            )
            # Wait for the interpreter here, so that its start does not count against the template's limit.
            await self._exchange(self._process, protocol.encode("ping", 0, {}), _START_S)
        return self._process

    async def _exchange(self, process: asyncio.subprocess.Process, order: bytes, seconds: float) -> bytes:
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None:
            raise AssertionError("the renderer was started with pipes")
        async with asyncio.timeout(seconds):
            stdin.write(order)
            await stdin.drain()
            return await stdout.readuntil(b"\n")
