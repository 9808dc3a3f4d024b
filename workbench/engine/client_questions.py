"""The engine client's questions besides model calls.

Invariant: every question has one answer, the engine's or an EngineError.
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from workbench.core.content import Content, Message
from workbench.core.judging.vectors import Vector, read_vectors
from workbench.core.lanes import Endpoint
from workbench.core.runs import Failure, Result
from workbench.core.templates import render_plain, template_texts
from workbench.engine import protocol
from workbench.engine.calls import Call, EngineError, ModelIds, TokensCounted

_NUMBERS = itertools.count(1)
_STOPPED = Failure("stopped", "The call was stopped.")


class EngineQuestions(ABC):
    """Base class of the client with one method per question; the client implements `_ask`."""

    @abstractmethod
    def _ask(self, kind: str, fields: Mapping[str, Any], read: Callable[[Mapping[str, Any]], Any]) -> Future[Any]:
        """Send a question and return the future of its answer, converted by `read`."""

    @abstractmethod
    def perform(self, call: Call) -> Future[Result]:
        """Send a call and return the future of its result."""

    def embed(
        self,
        endpoint: Endpoint,
        model: str,
        texts: Sequence[str],
        key: str = "",
        secret_headers: tuple[tuple[str, str], ...] = (),
        *,
        settings: tuple[tuple[str, str], ...] = (),
        params: Mapping[str, Any] | None = None,
    ) -> Future[tuple[Vector, ...]]:
        """Return the vectors of 1 to MOST_TEXTS texts, in their order; EngineError when the call fails or is stopped.

        For a record of the call, such as the judgement of a test, run a `Call` of the task `embed` instead.
        """
        call = Call(
            f"!{next(_NUMBERS)}",
            endpoint,
            model,
            tuple(Message("user", text) for text in texts),
            dict(params or {}),
            key,
            secret_headers,
            settings,
            task="embed",
            stream=False,
        )
        vectors: Future[tuple[Vector, ...]] = Future()
        vectors.set_running_or_notify_cancel()

        def end(done: Future[Result]) -> None:
            result = done.result()
            if result.state != "finished":
                vectors.set_exception(EngineError(result.failure or _STOPPED))
                return
            try:
                vectors.set_result(read_vectors(result.text))
            except ValueError as error:
                vectors.set_exception(EngineError(Failure("broken_stream", str(error))))

        self.perform(call).add_done_callback(end)
        return vectors

    def list_models(
        self, endpoint: Endpoint, key: str = "", secret_headers: tuple[tuple[str, str], ...] = ()
    ) -> Future[ModelIds]:
        """Return the model ids that the endpoint lists; EngineError when listing fails."""
        fields = protocol.access_to_json(endpoint, key, secret_headers)
        return self._ask("models", fields, lambda message: ModelIds.cut(message["models"], message.get("left_out", 0)))

    def list_prices(
        self, endpoint: Endpoint, key: str = "", secret_headers: tuple[tuple[str, str], ...] = ()
    ) -> Future[Mapping[str, Mapping[str, Any]]]:
        """Return the prices that the endpoint publishes, by model; EngineError when it cannot be queried."""
        fields = protocol.access_to_json(endpoint, key, secret_headers)
        return self._ask("prices", fields, lambda message: dict(message["prices"]))

    def supported_parameters(self, model: str) -> Future[Collection[str] | None]:
        """Return the chat-completions parameters that LiteLLM forwards for a model, None when unknown."""
        return self._ask("parameters", {"model": model}, lambda message: message["parameters"])

    def check_key(
        self,
        endpoint: Endpoint,
        key: str,
        secret_headers: tuple[tuple[str, str], ...] = (),
        *,
        provider: str = "",
        model: str = "",
        settings: tuple[tuple[str, str], ...] = (),
    ) -> Future[str]:
        """Test a key with the cheapest request that proves it; return a sentence naming the test, else EngineError.

        `provider` is the owner of the key; one token is requested of `model` where nothing cheaper proves the key."""
        asked = {"provider": provider, "model": model, "settings": [list(pair) for pair in settings]}
        fields = protocol.access_to_json(endpoint, key, secret_headers) | asked
        return self._ask("check", fields, lambda message: str(message["sentence"]))

    def render(self, content: Content, values: Mapping[str, Any]) -> Future[tuple[str, ...]]:
        """Return the texts of `template_texts` with values substituted; EngineError names the line of a mistake."""
        texts = template_texts(content)
        if content.template == "plain":
            done: Future[tuple[str, ...]] = Future()
            done.set_result(render_plain(texts, values))
            return done
        fields = {"texts": [list(pair) for pair in texts], "values": dict(values)}
        return self._ask("render", fields, lambda message: tuple(message["texts"]))

    def count(self, endpoint: Endpoint, tokenizer: str, messages: Sequence[Message]) -> Future[TokensCounted]:
        """Count the tokens of messages with a tokenizer (an id); the runtime counts if it has the model loaded."""
        fields = {
            "endpoint": protocol.endpoint_to_json(endpoint),
            "tokenizer": tokenizer,
            "messages": protocol.messages_to_json(messages),
        }
        return self._ask("count", fields, TokensCounted.read)
