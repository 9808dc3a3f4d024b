"""Filter for lane parameters: which are for the model, and which would control the client.

Invariant: parameters from a user or an untrusted pack cannot send a key to another server, take a key from elsewhere,
change the account, or enable features of the client. A region or an API version is allowed if its value cannot change
the server.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from workbench.core.provider import fits_in_address
from workbench.core.provider_table import ROWS

# Keyword arguments of LiteLLM that would send a key elsewhere, take one from elsewhere, or enable its own features.
_NOT_PARAMETERS = re.compile(
    r"^(model|messages|stream|timeout|metadata|user_continue_message|id|cache|caching|roles|rust|verbose|tags|order)$"
    r"|api_base|base_url|endpoint|_url$|host$|_key$|_token$|secret|password|credential|header|(^|_)auth|callback|client"
    r"|^litellm|^model_|fallback|^logger|^mock|identity|provider|^num_retries|^max_retries|drop_params|prompt_id|_cost_per_"
    r"|^api_?key$|^token$|ssl|proxy|session$|signer|connection_string|oauth|^token_|^follow_|workspace|logging_obj|optional_params|^deployment_id$"
    r"|^(aws|azure|databricks|gigachat|google_cloud|oci|sap|snowflake|vertex|watsonx)_|tenant|fingerprint|^a?(text_)?completion$|^azure$",
    re.IGNORECASE,
)
ALLOWED = frozenset({"prompt_cache_key", "api_version", "region_name", "allowed_openai_params"})
"""Allowed names, although they match the pattern."""
_BODY = "extra_body"
_SETTINGS = {setting.name: setting for provider in ROWS for setting in provider.settings if setting.name}
_REGIONS = frozenset(name for name, setting in _SETTINGS.items() if setting.kind == "region") | {"region_name"}


def is_of_the_model(name: str, value: object) -> bool:
    """Whether a parameter may be passed to LiteLLM or to a chat completions client."""
    if name in _REGIONS:
        return isinstance(value, str) and fits_in_address(value)
    if name == _BODY and isinstance(value, Mapping):
        # LiteLLM treats its entries as parameters.
        return all(is_of_the_model(str(inner), value[inner]) for inner in value)
    return name in ALLOWED or not (name.startswith("_") or name.lower() in _SETTINGS or _NOT_PARAMETERS.search(name))
