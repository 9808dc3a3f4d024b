"""Calls for vectors and decisions through LiteLLM.

Invariant: as for chats, LiteLLM receives only the key of the current call, makes no retries and writes no logs.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Mapping
from typing import Any

from workbench.core.usage import Usage
from workbench.engine.calls import Call
from workbench.engine.child import key_guard
from workbench.engine.child.failures import CallError, FailureSubject, timed_out
from workbench.engine.child.litellm_arguments import access, own_settings, split_params
from workbench.engine.child.litellm_failures import failure_of
from workbench.engine.child.model_tasks import not_offered, read_task, task_failure, task_fields, task_params
from workbench.engine.child.streamed_answer import StreamedAnswer
from workbench.engine.child.wire_marks import visible

_NOT_OFFERED = re.compile(r"Unknown Decisions provider|Unmapped LLM provider for this endpoint|not support.{0,40}embed")


class LiteLlmTask:
    """One call through LiteLLM that is no chat."""

    def __init__(self, litellm: Any, call: Call, answer: StreamedAnswer, where: FailureSubject) -> None:
        self._litellm, self._call, self._answer, self._where = litellm, call, answer, where
        kept, marks = task_params(call)
        params, more = split_params(kept, own_settings(litellm))
        self._fields, self._marks = {**task_fields(call), **params}, (*marks, *more)
        self._told: Any = None

    async def ask(self) -> None:
        """Send the request and read the response. Raises CallError."""
        call = self._call
        limit = call.timeouts.first + call.timeouts.silence
        send = self._litellm.aembedding if call.task == "embed" else self._litellm.adecisions
        try:
            async with asyncio.timeout(limit):
                response = await send(**self._arguments(limit))
        except TimeoutError as error:
            raise timed_out("first", limit, self._where) from error
        except asyncio.CancelledError:
            raise
        except Exception as error:
            # LiteLLM raises whatever the libraries of its providers raise.
            raise self._failure(error) from error
        self._tell(None)
        read_task(response.model_dump(mode="json"), self._answer, self._where)
        usage = self._answer.usage
        if call.task == "embed" and usage is not None:
            # LiteLLM counts by itself where the provider does not, and does not say so.
            self._answer.usage = Usage(usage.input, usage.output, source="estimate")

    def _failure(self, error: Exception) -> CallError:
        if _NOT_OFFERED.search(str(error)):
            return not_offered(self._where, self._call.task, str(error))
        found = failure_of(error, self._where, has_text=False, has_asked=key_guard.has_asked())
        return task_failure(found, self._where, self._call.task)

    def _arguments(self, limit: float) -> dict[str, Any]:
        loop, home = asyncio.get_running_loop(), threading.get_ident()

        def on_log(details: Mapping[str, Any]) -> None:
            body = visible((details.get("additional_args") or {}).get("complete_input_dict"))
            if body is None:
                return
            if threading.get_ident() == home:
                self._tell(body)
            else:
                loop.call_soon_threadsafe(self._tell, body)

        return {
            "model": self._call.model,
            **self._fields,
            "drop_params": True,
            "num_retries": 0,
            "max_retries": 0,
            "timeout": limit + 600,
            "logger_fn": on_log,
            **access(self._call),
        }

    def _tell(self, body: Any) -> None:
        """Report the request body that was sent, or what LiteLLM was given while it is unknown."""
        known = {"model": self._call.model, **self._fields} if body is None else self._answer.redacted(body)
        if body is None and self._told is not None:
            return
        if known != self._told:
            tell = self._answer.sent if self._told is None else self._answer.amend
            self._told = known
            tell(known, self._marks)
