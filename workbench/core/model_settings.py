"""Which parameters of a lane are for the model, and which would steer the program that asks it.

Invariant: what a person or a pack of a stranger puts among the parameters sends no key elsewhere, takes none from
elsewhere, changes no account, and turns on nothing but the model. A region or an API version may be chosen, as long as
it cannot change which server is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from workbench.core.provider import fits_in_address
from workbench.core.provider_table import ROWS

# Keyword arguments of LiteLLM that would send a key elsewhere, take one from elsewhere, or turn its machinery on.
_NOT_PARAMETERS = re.compile(
    r"^(model|messages|stream|timeout|metadata|user_continue_message|id|cache|caching|roles|rust|verbose|tags|order)$"
    r"|api_base|base_url|endpoint|_url$|host$|_key$|_token$|secret|password|credential|header|(^|_)auth|callback|client"
    r"|^litellm|^model_|fallback|^logger|^mock|identity|provider|^num_retries|^max_retries|drop_params|prompt_id|_cost_per_"
    r"|^api_?key$|^token$|ssl|proxy|session$|signer|connection_string|oauth|^token_|^follow_|workspace|logging_obj|optional_params|^deployment_id$"
    r"|^(aws|azure|databricks|gigachat|google_cloud|oci|sap|snowflake|vertex|watsonx)_|tenant|fingerprint|^a?(text_)?completion$|^azure$",
    re.IGNORECASE,
)
ALLOWED = frozenset({"prompt_cache_key", "api_version", "region_name", "allowed_openai_params"})
"""Names that are for the model although they look otherwise."""
_BODY = "extra_body"
_SETTINGS = {setting.name: setting for provider in ROWS for setting in provider.settings if setting.name}
_REGIONS = frozenset(name for name, setting in _SETTINGS.items() if setting.kind == "region") | {"region_name"}


def is_of_the_model(name: str, value: object) -> bool:
    """Whether a parameter may be handed to LiteLLM or to a client of chat completions."""
    if name in _REGIONS:
        return isinstance(value, str) and fits_in_address(value)
    if name == _BODY and isinstance(value, Mapping):
        # LiteLLM makes parameters of what is in it.
        return all(is_of_the_model(str(inner), value[inner]) for inner in value)
    return name in ALLOWED or not (name.startswith("_") or name.lower() in _SETTINGS or _NOT_PARAMETERS.search(name))
