"""Which parameters of a lane are for the model, and which would steer the program that asks it.

Invariant: what a person or a pack of a stranger puts among the parameters sends no key elsewhere, takes none from
elsewhere, and turns on nothing but the model.
"""

from __future__ import annotations

import re

# Keyword arguments of LiteLLM that would send a key elsewhere, take one from elsewhere, or turn its machinery on.
_NOT_PARAMETERS = re.compile(
    r"^(model|messages|stream|timeout|metadata|user_continue_message|id|cache|caching|roles|rust|verbose|tags|order)$"
    r"|api_base|base_url|endpoint|_url$|host$|_key$|_token$|secret|password|credential|header|(^|_)auth|callback|client"
    r"|^litellm|^model_|fallback|^logger|^mock|identity|provider|^num_retries|^max_retries|drop_params|prompt_id|_cost_per_"
    r"|^api_?key$|^token$|ssl|proxy|session$|signer|connection_string|^oci_|tenant|fingerprint|^a?(text_)?completion$|^azure$",
    re.IGNORECASE,
)
ALLOWED = frozenset({"prompt_cache_key", "api_version", "region_name", "allowed_openai_params"})
# Some addresses are made of these, as in https://REGION-service.example: a slash in one would be another address.
_PLACES = re.compile(r"(region|location|project|account|version|organization|deployment)(_name)?$|_id$", re.IGNORECASE)
_CUTS_AN_ADDRESS = re.compile(r"[/\\?#@%\s\x00-\x1f]")


def is_of_the_model(name: str, value: object) -> bool:
    """Whether a parameter may be handed to LiteLLM or to a client of chat completions."""
    if name not in ALLOWED and (name.startswith("_") or _NOT_PARAMETERS.search(name)):
        return False
    return not (isinstance(value, str) and _PLACES.search(name) and _CUTS_AN_ADDRESS.search(value))
