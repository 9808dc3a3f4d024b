"""Calls of every task to OpenAI-compatible servers.

Invariant: decisions are asked for by the Decisions API. A server that does not know its path is asked in the System One
format, now and later.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.engine.calls import Call
from workbench.engine.child.failures import CallError
from workbench.engine.child.http import HttpClients
from workbench.engine.child.json_exchange import post_json
from workbench.engine.child.model_tasks import PATHS, read_task, task_failure, task_fields, task_params
from workbench.engine.child.openai_chat import ChatTarget, OpenAIChat
from workbench.engine.child.streamed_answer import StreamedAnswer
from workbench.engine.child.system_one import PATH, decisions_response, system_one_fields
from workbench.engine.child.usage_reader import header_cost


class OpenAIClient:
    """Sends chats by `OpenAIChat`, and other calls as one request with one response."""

    def __init__(self, clients: HttpClients) -> None:
        self._clients, self._chat = clients, OpenAIChat(clients)
        self._speak_system_one: set[str] = set()

    async def ask(self, call: Call, answer: StreamedAnswer, target: ChatTarget) -> None:
        """Make one attempt. Raises CallError."""
        if call.task == "chat":
            await self._chat.ask(call, answer, target)
            return
        answer.address = target.base_url
        fields = task_fields(call)
        if target.base_url not in self._speak_system_one:
            try:
                await self._ask(call, answer, target, PATHS[call.task], fields)
            except CallError as error:
                failure = task_failure(error, target.where, call.task)
                if failure.failure.code != "no_decisions":
                    raise failure from error
            else:
                return
        try:
            await self._ask(call, answer, target, PATH, system_one_fields(call))
        except CallError as error:
            raise task_failure(error, target.where, call.task) from error
        self._speak_system_one.add(target.base_url)

    async def _ask(
        self, call: Call, answer: StreamedAnswer, target: ChatTarget, path: str, asked: Mapping[str, Any]
    ) -> None:
        params, marks = task_params(call)
        fields = {"model": target.model, **asked, **params}
        data, headers = await post_json(
            self._clients,
            target.base_url.rstrip("/") + path,
            target.headers,
            fields,
            call.timeouts,
            target.where,
            before=lambda: answer.sent(fields, marks),
        )
        answer.header_usd = header_cost(headers)
        read_task(decisions_response(data, call.questions) if path == PATH else data, answer, target.where)
