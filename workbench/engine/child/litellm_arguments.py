"""Arguments of LiteLLM's functions for a call.

Invariant: a lane's parameter is passed only if it is one of the model, and credentials are those of the call.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from workbench.core.model_settings import ALLOWED, is_of_the_model
from workbench.core.runs import Mark
from workbench.engine.calls import Call
from workbench.engine.child.http import own_headers

_CONTROL = Mark("refused", "", "This is a setting of LiteLLM or of the endpoint, not of the model.")


def split_params(params: Mapping[str, Any], own: Set[str] = frozenset()) -> tuple[dict[str, Any], tuple[Mark, ...]]:
    """Return the parameters that may be passed to LiteLLM, and marks for the others; `own` are LiteLLM's settings."""
    refused = [name for name, value in params.items() if name in own - ALLOWED or not is_of_the_model(name, value)]
    kept = {name: value for name, value in params.items() if name not in refused}
    return kept, tuple(Mark(_CONTROL.kind, name, _CONTROL.detail) for name in refused)


def own_settings(litellm: Any) -> Set[str]:
    """Return the parameters that LiteLLM consumes itself: router, callbacks, addresses and credentials."""
    return frozenset(litellm.types.utils.all_litellm_params)


def access(call: Call) -> dict[str, Any]:
    """Return LiteLLM's arguments for the address, credentials and headers of a call."""
    settings = dict(call.settings)
    headers = own_headers(call.endpoint.headers, call.secret_headers)
    found: dict[str, Any] = {}
    if token := settings.pop("auth_token", ""):
        # LiteLLM reads the token from the environment only. It still requires a key, which `key_guard` removes again.
        headers["Authorization"] = f"Bearer {token}"
        found["api_key"] = token
    found |= settings
    if call.key:
        found["api_key"] = call.key
    elif call.endpoint.has_address and "api_key" not in found and not settings:
        # A user's own server without a key; LiteLLM requires one nevertheless.
        found["api_key"] = "none"
    if call.endpoint.base_url:
        found["api_base"] = call.endpoint.base_url
    if headers:
        found["extra_headers"] = headers
    return found
