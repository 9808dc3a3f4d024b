"""The child's environment variables.

Invariant: after `clean`, the environment of this process holds no key and no address that a library would send a key
to (keys arrive in `run` messages only), and no library sends a request to this machine through a proxy.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from workbench.core.providers import child_variables
from workbench.core.secret_names import is_secret_name

_ADDRESS = re.compile(
    r"^(OPENAI|ANTHROPIC|AZURE|LITELLM|GEMINI|GOOGLE)_|_(API_BASE|BASE_URL|API_URL|ENDPOINT)$", re.IGNORECASE
)
# Variables with paths that cloud libraries read; their values are not keys.
_PLACES = child_variables()
_PROXY = re.compile(r"(https?|all)_proxy", re.IGNORECASE)
_HERE = ("localhost", ".localhost", "127.0.0.1", "::1")
_QUIET = {
    # Without it litellm downloads its price map when it is imported.
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    # In its other mode litellm reads a .env file of the working directory into the environment.
    "LITELLM_MODE": "PRODUCTION",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
}


def is_secret(name: str) -> bool:
    """Whether a variable of that name may hold a key or an address that a key would be sent to."""
    return name.upper() not in _PLACES and (is_secret_name(name) or _ADDRESS.search(name) is not None)


def clean(names: Iterable[str] | None = None) -> None:
    """Remove secret variables from this process and its future children, and set libraries to offline mode."""
    for name in list(os.environ if names is None else names):
        if is_secret(name):
            os.environ.pop(name, None)
    os.environ.update(_QUIET)
    bypass_proxies(*_HERE)


def bypass_proxies(*hosts: str) -> None:
    """Add hosts to `no_proxy`, so that libraries connect to them directly; does nothing without a proxy."""
    if not any(map(_PROXY.fullmatch, os.environ)):
        return
    named = [one.strip() for one in (os.environ.get("no_proxy") or os.environ.get("NO_PROXY", "")).split(",")]
    if "*" not in named:
        os.environ["no_proxy"] = ",".join(dict.fromkeys(filter(None, (*named, *hosts))))
