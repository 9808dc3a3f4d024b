"""Writing code that repeats the call of a lane.

Invariant: no key is read from the keyring; code names environment variables. Blocks; use it on worker threads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypedDict

from workbench.core.blocks import BlockError, OutputFormat, Tool
from workbench.core.chat_form import format_instruction, speaks_of_json, told_the_format
from workbench.core.content import Message
from workbench.core.drafts import Draft, ValueSet
from workbench.core.lanes import Endpoint, Lane
from workbench.core.parameters import wire_names
from workbench.core.providers import (
    PROVIDERS,
    has_json_mode,
    needs_translation,
    split_model,
    takes_breakpoints,
)
from workbench.core.rendered_content import RenderedRequest, assemble
from workbench.core.runs import VersionRow
from workbench.core.templates import content_variables, fill, template_texts
from workbench.formats.code import TARGETS, CannotWriteError, CodeSource
from workbench.host.keys import KeyStore
from workbench.usecases.destinations import destination, key_id
from workbench.usecases.lane_calls import Lacks
from workbench.usecases.model_names import model_name
from workbench.usecases.problems import RefusedError
from workbench.usecases.run_plan import Render, render_content, sendable

MOST_IN_CODE = 200_000
"""Maximum characters of an attached text that code includes."""
_ONLY_FILLED = "The values are already in the texts: filled in by this code, the messages would differ from the lane's."


Where = Callable[[str], tuple[str, str]]
"""Maps a provider id to its address in force ("" for the public one) and the variable of its key ("" for none)."""


class SharedSource(TypedDict):
    """The fields of a CodeSource that do not depend on the endpoint."""

    messages: tuple[Message, ...]
    params: dict[str, Any]
    values: dict[str, str]
    files: dict[str, str]
    tools: tuple[Tool, ...]
    tool_rounds: int
    output: OutputFormat | None
    notes: tuple[str, ...]


class CodeWriter:
    """Writes snippets for all targets."""

    def __init__(
        self,
        endpoint: Callable[[str], Endpoint | None],
        version: Callable[[str, int], VersionRow],
        render: Render,
        body: Callable[[str], bytes],
        lacks: Lacks = lambda model: frozenset(),
        where: Where = lambda provider: ("", _first_variable(provider)),
    ) -> None:
        """Use `version` to read a version of a prompt, and `body` to read the bytes of an attachment by hash."""
        self._where = where
        self._endpoint, self._version, self._render, self._body = endpoint, version, render, body
        self._lacks = lacks

    def snippets(self, prompt_uid: str, draft: Draft, lane: Lane, *, filled: bool) -> dict[str, tuple[str, bool]]:
        """Return for each target its code and True, or the reason why there is none and False.

        With `filled`, texts contain the values; a Jinja template is always filled. Raises RefusedError and EngineError
        like a run.
        """
        endpoint = self._endpoint(lane.endpoint)
        if endpoint is None:
            raise RefusedError("The endpoint of this lane was removed. Choose another model, then get its code.")
        content = draft.content if lane.pinned is None else sendable(self._version(prompt_uid, lane.pinned))
        values = draft.value_map
        rendered = render_content(content, ValueSet("", "", draft.values), self._render)
        told, output = self._form(endpoint, lane, rendered)
        messages = _told(rendered, told)
        files = self._files(rendered)
        notes = _notes(rendered, files)
        kept: dict[str, str] = {}
        if content.template == "plain" and not filled:
            typed = _told(assemble(content, [text for _, text in template_texts(content)]), told)
            if _filled(typed, values) == messages:
                messages = typed
                kept = {name: values[name] for name in content_variables(content)}
            else:
                notes = (_ONLY_FILLED, *notes)
        shared: SharedSource = {
            "messages": messages,
            "params": _params(lane),
            "values": kept,
            "files": files,
            "tools": rendered.tools,
            "tool_rounds": rendered.tool_rounds,
            "output": output,
            "notes": notes,
        }
        source = _source(endpoint, lane, shared, self._where)
        found: dict[str, tuple[str, bool]] = {}
        for name, write in TARGETS.items():
            try:
                found[name] = (write(source), True)
            except CannotWriteError as error:
                found[name] = (str(error), False)
            except BlockError as error:
                raise RefusedError(str(error)) from error
        return found

    def _files(self, rendered: RenderedRequest) -> dict[str, str]:
        """Return by hash the attached texts that are short enough for code."""
        found = {a.hash for m in rendered.messages for a in m.attachments if not a.is_image}
        texts = {name: self._body(name).decode("utf-8-sig", "replace") for name in found}
        return {name: text for name, text in texts.items() if len(text) <= MOST_IN_CODE}

    def _form(self, endpoint: Endpoint, lane: Lane, rendered: RenderedRequest) -> tuple[str, OutputFormat | None]:
        """Return the instruction that asks for the output format ("" for none) and the format to request natively."""
        output = rendered.output
        if output is None:
            return "", None
        knows = endpoint.kind != "litellm" or endpoint.has_address or "json" not in self._lacks(lane.model)
        if output.kind == "json" and endpoint.kind == "litellm":
            knows = knows and has_json_mode(lane.model)
        if not knows:
            return format_instruction(output), None
        silent = output.kind == "json" and not speaks_of_json(rendered.messages)
        return format_instruction(output) if silent else "", output


def _told(rendered: RenderedRequest, words: str) -> tuple[Message, ...]:
    return tuple(told_the_format(rendered.messages, words)) if words else rendered.messages


def _filled(messages: tuple[Message, ...], values: Mapping[str, str]) -> tuple[Message, ...]:
    """Return messages with values filled in as the generated code does it."""
    made = (replace(message, text=fill(message.text, values)) for message in messages)
    return tuple(message for message in made if message.text or message.attachments)


def _params(lane: Lane) -> dict[str, Any]:
    try:
        params = lane.params.request()
        json.dumps(params, allow_nan=False)
    except ValueError as error:
        sentence = "The parameters of this lane are not a JSON object. Correct them in the lane, then get its code."
        raise RefusedError(sentence, str(error)) from error
    return params


def _source(endpoint: Endpoint, lane: Lane, shared: SharedSource, where: Where) -> CodeSource:
    called = model_name(endpoint, lane.model)
    if endpoint.is_local:
        return CodeSource(lane.model, "", called, **shared)
    if endpoint.has_address:
        return _of_address(endpoint, lane, shared, called)
    provider_id, model = split_model(lane.model)
    provider = PROVIDERS.get(provider_id)
    plain = provider is not None and not needs_translation(lane.model)
    address, variable = where(provider_id)
    public = provider.base_url if provider is not None else ""
    return CodeSource(
        model,
        lane.model,
        called,
        provider=provider_id,
        base_url=(address or public) if plain else "",
        api_base=address,
        key_variable=variable,
        renames=wire_names(provider_id, model) if plain else {},
        caches=not plain and takes_breakpoints(lane.model),
        **shared,
    )


def _of_address(endpoint: Endpoint, lane: Lane, shared: SharedSource, called: str) -> CodeSource:
    stem = _own_stem(endpoint.name)
    key_variable = f"{stem}_API_KEY" if endpoint.needs_key else ""
    secret_headers = tuple((name, f"{stem}_{variable_of(name)}") for name in endpoint.secret_headers)
    if endpoint.kind == "litellm":
        return CodeSource(
            lane.model,
            endpoint.full_model(lane.model),
            called,
            provider=endpoint.provider,
            api_base=endpoint.base_url,
            settings=endpoint.settings,
            key_variable=key_variable,
            headers=endpoint.headers,
            secret_headers=secret_headers,
            **shared,
        )
    return CodeSource(
        lane.model,
        f"openai/{lane.model}",
        called,
        base_url=endpoint.base_url,
        is_custom=True,
        key_variable=key_variable,
        headers=endpoint.headers,
        secret_headers=secret_headers,
        **shared,
    )


def _notes(rendered: RenderedRequest, files: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        f"The file {a.name} is too large for this code; add it to the message."
        for m in rendered.messages
        for a in m.attachments
        if not a.is_image and a.hash not in files
    )


def variable_of(name: str) -> str:
    """Return `name` as the name of an environment variable."""
    made = re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")
    return made if made and not made[0].isdigit() else f"ENDPOINT_{made}".rstrip("_")


def _own_stem(name: str) -> str:
    """Return a prefix for an endpoint's variables that no provider uses, whose key would be sent to the endpoint."""
    stem = variable_of(name)
    is_taken = any(one.startswith(f"{stem}_") for known in PROVIDERS.values() for one in known.all_variables)
    return f"ENDPOINT_{stem}" if is_taken else stem


def _first_variable(provider: str) -> str:
    known = PROVIDERS.get(provider)
    return known.key_variables[0] if known is not None and known.key_variables else ""


def where_of(keys: KeyStore) -> Where:
    """Return a function that looks up a provider's address and key variable on this machine."""

    def where(provider: str) -> tuple[str, str]:
        going = destination(provider, keys.env, keys.choices)
        key = keys.from_environment(key_id(provider))
        variable = key.variable if key is not None else _first_variable(provider)
        return "" if going.is_public else going.base_url, variable

    return where
