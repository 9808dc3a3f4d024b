"""From a lane to code that repeats it.

Invariant: no key leaves the keyring for it: code names environment variables. Blocks, and belongs on a worker thread.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from workbench.core.drafts import Draft
from workbench.core.lanes import Endpoint, Lane
from workbench.core.rendering import Rendered, assemble
from workbench.core.runs import VersionRow
from workbench.core.templates import content_variables, template_texts
from workbench.engine.providers import PROVIDERS, needs_translation, renames, split_model
from workbench.formats.code import TARGETS, CannotWriteError, Source
from workbench.usecases.naming import model_name
from workbench.usecases.planning import Render, render_content, sendable
from workbench.usecases.problems import RefusedError


class Coder:
    """Writes snippets."""

    def __init__(
        self,
        endpoint: Callable[[str], Endpoint | None],
        version: Callable[[str, int], VersionRow],
        render: Render,
    ) -> None:
        """`version` returns a version of a prompt."""
        self._endpoint, self._version, self._render = endpoint, version, render

    def snippets(self, prompt_uid: str, draft: Draft, lane: Lane, *, filled: bool) -> dict[str, tuple[str, bool]]:
        """Return for every target its code and True, or why there is none and False.

        With `filled` the values stand in the texts; a Jinja template is always filled. Raises RefusedError and
        EngineError as a run would.
        """
        endpoint = self._endpoint(lane.endpoint)
        if endpoint is None:
            raise RefusedError("The endpoint of this lane was removed. Choose another model, then get its code.")
        content = draft.content if lane.pinned is None else sendable(self._version(prompt_uid, lane.pinned))
        values = draft.value_map
        rendered = render_content(content, values, self._render)
        kept: dict[str, str] = {}
        if content.template == "plain" and not filled:
            rendered = assemble(content, [text for _, text in template_texts(content)])
            kept = {name: values[name] for name in content_variables(content)}
        source = self._source(endpoint, lane, kept, rendered)
        found: dict[str, tuple[str, bool]] = {}
        for name, write in TARGETS.items():
            try:
                found[name] = (write(source), True)
            except CannotWriteError as error:
                found[name] = (str(error), False)
        return found

    def _source(self, endpoint: Endpoint, lane: Lane, values: dict[str, str], rendered: Rendered) -> Source:
        params, called, messages = (
            {**_shape(rendered), **lane.params.request()},
            model_name(endpoint, lane.model),
            rendered.messages,
        )
        notes = _notes(rendered)
        if endpoint.is_local:
            return Source(lane.model, "", called, messages, params=params, values=values, notes=notes)
        if endpoint.kind == "openai":
            stem = variable_of(endpoint.name)
            return Source(
                lane.model,
                f"openai/{lane.model}",
                called,
                messages,
                base_url=endpoint.base_url,
                is_custom=True,
                key_variable=f"{stem}_API_KEY" if endpoint.needs_key else "",
                headers=endpoint.headers,
                secret_headers=tuple((name, f"{stem}_{variable_of(name)}") for name in endpoint.secret_headers),
                params=params,
                values=values,
                notes=notes,
            )
        provider_id, model = split_model(lane.model)
        provider = PROVIDERS.get(provider_id)
        plain = provider is not None and not needs_translation(lane.model)
        return Source(
            model,
            lane.model,
            called,
            messages,
            provider=provider_id,
            base_url=provider.base_url if provider is not None and plain else "",
            key_variable=provider.env[0] if provider is not None and provider.env else "",
            params=params,
            renames=renames(provider_id, model) if plain else {},
            values=values,
            notes=notes,
        )


def _shape(rendered: Rendered) -> dict[str, Any]:
    """Return the tools and the wanted form of the answer as chat completions take them. Raises RefusedError."""
    shape: dict[str, Any] = {}
    if rendered.tools:
        shape["tools"] = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": _object(tool.parameters or '{"type": "object"}', f"of the tool {tool.name}"),
                },
            }
            for tool in rendered.tools
        ]
    if (output := rendered.output) is not None:
        if output.kind == "json":
            shape["response_format"] = {"type": "json_object"}
        else:
            schema = {"name": output.name or "answer", "schema": _object(output.schema, "of the output format")}
            shape["response_format"] = {"type": "json_schema", "json_schema": schema}
    return shape


def _object(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise RefusedError(
            f"The JSON Schema {where} is not JSON. Correct it, then get the code.", str(error)
        ) from error


def _notes(rendered: Rendered) -> tuple[str, ...]:
    notes = [
        f"The file {a.name} is not in this code; add it to the message."
        for m in rendered.messages
        for a in m.attachments
    ]
    if rendered.tools:
        notes.append(
            "The model may answer with tool calls: run your functions, append what they return, and ask again."
        )
    return tuple(notes)


def variable_of(name: str) -> str:
    """Return a name of an environment variable made of `name`."""
    made = re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")
    return made if made and not made[0].isdigit() else f"ENDPOINT_{made}".rstrip("_")
