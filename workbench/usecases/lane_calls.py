"""Sending planned lanes to the engine as calls.

Invariant: a call that cannot be sent becomes a failure without network access. A model on this machine gets the time
to load and to read a long prompt; a provider that is as slow is considered broken. A lane that waits for the keyring
does not block other lanes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import urlsplit

from workbench.core.blocks import Attachment, OutputFormat
from workbench.core.content import Content
from workbench.core.lanes import LITELLM, Endpoint, Lane
from workbench.core.providers import with_provider
from workbench.core.rendered_content import RenderedRequest
from workbench.core.runs import ADDRESS, Failure, Mark, OutputState
from workbench.engine.calls import Call, EngineError, Timeouts
from workbench.engine.loopback import is_loopback
from workbench.host.errors import HostError
from workbench.host.keys import KeyStore
from workbench.store import StoreError
from workbench.usecases.attached_files import attachments_of, refusal
from workbench.usecases.credentials import ProviderOf, credentials, wanted_keys
from workbench.usecases.problems import problem_of
from workbench.usecases.run_handle import RunHandle
from workbench.usecases.run_plan import Texts
from workbench.usecases.transcript import Transcript

_OF_A_PROVIDER = Timeouts()
_ON_THIS_MACHINE = Timeouts(first=600.0, silence=120.0)
NO_ENDPOINT = Failure(
    "no_endpoint",
    "The endpoint of this lane was removed. Choose another model for the lane, or add the endpoint again.",
)


NO_TOOLS = Failure(
    "no_tools",
    "This model cannot call tools, but this prompt has some, so nothing was sent. Choose a model with tools for the "
    "lane, or switch the prompt's tools off.",
)
Lacks = Callable[[str], frozenset[str]]
"""Returns the abilities ("tools", "vision", "json") that a model is known to lack."""
FilePaths = Callable[[tuple[Attachment, ...]], tuple[tuple[str, str], ...]]
"""Returns hash and path of each attachment; raises StoreError or HostError."""


def call_for(
    keys: KeyStore,
    provider_of: ProviderOf,
    endpoint: Endpoint | None,
    lane: Lane,
    rendered: RenderedRequest,
    *,
    output_uid: str,
    run_uid: str,
    lacks: Lacks = lambda model: frozenset(),
    files: FilePaths = lambda attached: (),
) -> Call | Failure:
    """Return the call for a lane's model, or the failure that says why there is none."""
    if endpoint is None:
        return NO_ENDPOINT
    attached = attachments_of(rendered)
    lacking = _lacking(endpoint, lane.model, rendered, lacks)
    if refused := unable(endpoint, lane.model, rendered, lacks):
        return refused
    try:
        paths = files(attached) if attached else ()
    except (StoreError, HostError) as error:
        return Failure("bad_file", error.sentence, error.detail)
    who = credentials(keys, endpoint, lane.model, provider_of)
    if isinstance(who, Failure):
        return who
    if who.base_url:
        endpoint = replace(endpoint, base_url=who.base_url)
    marks = (_address_mark(endpoint.base_url, who.named_by),) if endpoint.base_url else ()
    return Call(
        id=output_uid,
        endpoint=endpoint,
        model=_full_model(endpoint, lane.model, provider_of),
        messages=rendered.messages,
        params=lane.params.request(),
        think_tags=lane.params.get("think_tags") or "",
        key=who.key,
        secret_headers=who.secret_headers,
        settings=who.settings,
        marks=marks,
        timeouts=timeouts_for(endpoint),
        group=run_uid,
        output=rendered.output,
        tools=rendered.tools,
        tool_rounds=rendered.tool_rounds,
        files=paths,
        format_in_words="the model does not support schemas." if "json" in lacking else "",
    )


def unable(endpoint: Endpoint, model: str, rendered: RenderedRequest, lacks: Lacks) -> Failure | None:
    """Return why a model cannot get this request, as far as known without its key; None for nothing."""
    lacking = _lacking(endpoint, model, rendered, lacks)
    if rendered.tools and "tools" in lacking:
        return NO_TOOLS
    return refusal(attachments_of(rendered), endpoint, lacking)


def _lacking(endpoint: Endpoint, model: str, rendered: RenderedRequest, lacks: Lacks) -> frozenset[str]:
    special = bool(rendered.tools or rendered.output or attachments_of(rendered))
    return lacks(model) if special and endpoint.uid == LITELLM else frozenset()


def _full_model(endpoint: Endpoint, model: str, provider_of: ProviderOf) -> str:
    """Return the model id for the engine, with its provider for LiteLLM."""
    if endpoint.kind != "litellm":
        return model
    return endpoint.full_model(model) if endpoint.has_address else with_provider(model, provider_of(model))


def _address_mark(base_url: str, named_by: str) -> Mark:
    """Return the mark of a call that does not go to a public address."""
    if named_by:
        return Mark("changed", ADDRESS, f"{base_url} ({named_by})")
    return Mark("added", ADDRESS, base_url)


def timeouts_for(endpoint: Endpoint) -> Timeouts:
    """Return the timeouts for an endpoint."""
    here = endpoint.is_local or is_loopback(urlsplit(endpoint.base_url).hostname or "")
    return _ON_THIS_MACHINE if here else _OF_A_PROVIDER


class CallEngine(Protocol):
    """The part of the engine's client that runs need."""

    def start(self) -> None:
        """Start the child in the background; does nothing if it was started."""

    def run(self, call: Call) -> None:
        """Send one call; events follow."""

    def cancel(self, call_id: str) -> None:
        """Stop one call; its end event follows."""

    def render(self, content: Content, values: Mapping[str, str]) -> Future[Texts]:
        """Return the texts of `template_texts` with values filled in."""


@dataclass(slots=True)
class LiveOutput:
    """An output that has not ended; `endpoint`, `model` and `output` are set by `LaneCaller.ask`.

    `waits` is true while it waits for its key; until then the engine does not know it.
    """

    transcript: Transcript
    handle: RunHandle
    endpoint: Endpoint | None = None
    model: str = ""
    waits: bool = False
    output: OutputFormat | None = None


@dataclass(frozen=True, slots=True)
class LaneQuestion:
    """A rendered prompt for one lane."""

    lane: Lane
    rendered: RenderedRequest


class LaneCaller:
    """Sends lanes to the engine, each as soon as its keys are known.

    `on_sent` is called with the endpoint of each sent call, `end` for outputs that end without the engine.
    """

    def __init__(
        self,
        engine: CallEngine,
        keys: KeyStore,
        provider_of: ProviderOf,
        lacks: Lacks,
        files: FilePaths,
        on_sent: Callable[[Endpoint], None],
        end: Callable[[LiveOutput, OutputState, Failure | None], None],
    ) -> None:
        self._engine, self._keys, self._provider_of, self._lacks = engine, keys, provider_of, lacks
        self._files = files
        self._on_sent, self._end = on_sent, end
        self._lock = threading.Lock()
        self._closing = False

    def ask(self, live: LiveOutput, asked: LaneQuestion, find: Callable[[str], Endpoint | None]) -> None:
        """Send a call: at once if its keys are cached, otherwise on a new thread once they are read.

        `find` returns an endpoint by its uid.

        Reading a key takes as long as a person needs to unlock the keyring, and a minute if the keyring hangs. The
        thread is a daemon, so that it does not keep the program from ending.
        """
        live.model, live.output = asked.lane.model, asked.rendered.output
        with self._lock:
            live.waits = not (self._closing or live.transcript.stopping)
        if not live.waits:
            self._end(live, "stopped", None)
            return
        try:
            live.endpoint = find(asked.lane.endpoint)
            known = live.endpoint is None or all(
                self._keys.remembers(name) for name in wanted_keys(live.endpoint, live.model, self._provider_of)
            )
        except Exception as error:  # noqa: BLE001 - a recorded output must end, and other lanes continue
            self._end_waiting(live, "failed", _internal(error))
            return
        if known:
            self._ask_with_keys(live, asked)
        else:
            threading.Thread(target=self._ask_with_keys, args=(live, asked), name="run-key", daemon=True).start()

    def give_up(self, live: LiveOutput) -> None:
        """End an output as stopped if it still waits for its key."""
        self._end_waiting(live, "stopped", None)

    def close(self) -> None:
        """Send nothing from now on."""
        with self._lock:
            self._closing = True

    def _ask_with_keys(self, live: LiveOutput, asked: LaneQuestion) -> None:
        transcript = live.transcript
        try:
            call = call_for(
                self._keys,
                self._provider_of,
                live.endpoint,
                asked.lane,
                asked.rendered,
                output_uid=transcript.uid,
                run_uid=transcript.run_uid,
                lacks=self._lacks,
                files=self._files,
            )
        except Exception as error:  # noqa: BLE001 - as above
            call = _internal(error)
        if isinstance(call, Failure):
            self._end_waiting(live, "failed", call)
        elif self._take(live):
            self._send(live, call)

    def _send(self, live: LiveOutput, call: Call) -> None:
        try:
            self._engine.start()
            self._engine.run(call)
            self._on_sent(call.endpoint)
        except EngineError as error:
            self._end(live, "failed", error.failure)
            return
        except Exception as error:  # noqa: BLE001 - as above
            self._end(live, "failed", _internal(error))
            return
        # A stop between `_take` and `run` found nothing to cancel.
        if live.transcript.stopping:
            self._engine.cancel(call.id)

    def _end_waiting(self, live: LiveOutput, state: OutputState, failure: Failure | None) -> None:
        if self._take(live):
            self._end(live, state, failure)

    def _take(self, live: LiveOutput) -> bool:
        """Return whether the output was waiting. Only the caller that gets True sends or ends it."""
        with self._lock:
            waits, live.waits = live.waits, False
            return waits


def _internal(error: Exception) -> Failure:
    problem = problem_of(error)
    return Failure("internal", problem.sentence, problem.detail)
