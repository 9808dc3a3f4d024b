"""The environment of children.

Invariant: a child gets no key, token or password from the environment, no address that would send a key elsewhere, and
no permission to fetch anything on its own: what it needs to know comes in messages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_SECRET_NAME = re.compile(
    r"(^|_)(KEYS?|KEY_ID|PASS|PASSPHRASE|PWD|CREDENTIALS?|AUTH|AUTHORIZATION|BEARER|COOKIE|DSN|PAT|JWT|SAS)($|_)"
    r"|(APIKEY|PASSWORD|PASSWD|SECRET|TOKEN)S?($|_)",
    re.IGNORECASE,
)
_SECRET_VALUE = re.compile(
    r"^(sk-|pk-|rk-|gsk_|hf_|ghp_|gho_|ghs_|github_pat_|glpat-|xai-|xox[abp]-|AIza|AKIA|ASIA|Bearer )"
)
_USERINFO = re.compile(r"^[a-z][a-z0-9+.-]*://[^/\s]*:[^/\s]*@", re.IGNORECASE)

# PWD matches as a word of its own; the variable of that name is where the shell stands.
_HARMLESS = frozenset({"PWD", "OLDPWD"})

# An address from the environment would get a key that the user gave for the provider's own. These have no address of
# their own, so the variable is the only way to say where they are.
_ADDRESS = re.compile(r"_(API_BASE|BASE_URL|API_URL|API_HOST)$", re.IGNORECASE)
_PLACED = frozenset({"AZURE_API_BASE", "OLLAMA_API_BASE"})

_PROXY = re.compile(r"^(https?|all|no)_proxy$", re.IGNORECASE)

_FIXED = {
    # Prices come with the package; the default is to fetch them at import.
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    # Otherwise litellm loads the .env file of whatever directory the product was started in, keys included.
    "LITELLM_MODE": "PRODUCTION",
    "PYTHON_DOTENV_DISABLED": "1",
    # Counting tokens asks a hub for tokenizers: 20 s offline, and an address nobody set.
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "PYTHONUTF8": "1",
}


def scrubbed_env(env: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a child: `env` without anything secret, and with everything that phones home off.

    Proxies stay, with their credentials: without them the network may not be reachable at all.
    """
    kept = {name: value for name, value in env.items() if not _is_dropped(name, value)}
    return {**kept, **_FIXED}


def is_secret(name: str, value: str) -> bool:
    """Return whether a variable looks like a key, by its name or by its value."""
    if name.upper() in _HARMLESS or _PROXY.match(name):
        return False
    return bool(_SECRET_NAME.search(name) or _SECRET_VALUE.match(value) or _USERINFO.match(value))


def _is_dropped(name: str, value: str) -> bool:
    upper = name.upper()
    if upper.startswith("LITELLM_") or is_secret(name, value):
        return True
    return bool(_ADDRESS.search(upper)) and upper not in _PLACED
