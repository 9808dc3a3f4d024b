"""From a lane to code that repeats it.

Invariant: no key leaves the keyring for it: code names environment variables. Blocks, and belongs on a worker thread.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from workbench.core.drafts import Draft
from workbench.core.lanes import Endpoint, Lane
from workbench.core.runs import VersionRow
from workbench.core.templates import content_variables
from workbench.engine.providers import PROVIDERS, needs_translation, renames, split_model
from workbench.formats.code import TARGETS, CannotWriteError, Source
from workbench.usecases.naming import model_name
from workbench.usecases.planning import Messages, Render, render_messages, sendable
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
        messages = render_messages(content, values, self._render)
        kept: dict[str, str] = {}
        if content.template == "plain" and not filled:
            messages = content.messages
            kept = {name: values[name] for name in content_variables(content)}
        source = self._source(endpoint, lane, kept, messages)
        found: dict[str, tuple[str, bool]] = {}
        for name, write in TARGETS.items():
            try:
                found[name] = (write(source), True)
            except CannotWriteError as error:
                found[name] = (str(error), False)
        return found

    def _source(self, endpoint: Endpoint, lane: Lane, values: dict[str, str], messages: Messages) -> Source:
        params, called = lane.params.request(), model_name(endpoint, lane.model)
        if endpoint.is_local:
            return Source(lane.model, "", called, messages, params=params, values=values)
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
        )


def variable_of(name: str) -> str:
    """Return a name of an environment variable made of `name`."""
    made = re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")
    return made if made and not made[0].isdigit() else f"ENDPOINT_{made}".rstrip("_")
