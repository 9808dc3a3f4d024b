"""Which names of environment variables and settings are those of keys, and which values look like keys.

Invariant: this is the only list of its kind. A name is compared word by word, so that KEYBOARD, AUTHOR and PASSAGE are
no secrets.
"""

from __future__ import annotations

import functools
import itertools
import re

from workbench.core.providers import key_variables, secret_settings

_WORD_LIST = (
    "KEY KEYS APIKEY APIKEYS KEYFILE TOKEN TOKENS SECRET SECRETS PASS PASSWORD PASSWORDS PASSWD PASSPHRASE "
    "PASSCODE PWD PW PSW CREDENTIAL CREDENTIALS CRED CREDS AUTH OAUTH AUTHORIZATION AUTHTOKEN BEARER COOKIE "
    "COOKIES JWT PAT DSN SAS OTP TOTP HMAC SIGNATURE KEYTAB KEYSTORE NETRC PGPASS PGPASSFILE KUBECONFIG"
)
_WORDS = frozenset(_WORD_LIST.split())
_PARTS = ("PASSWORD", "PASSWD", "PASSPHRASE", "APIKEY")
_ENDS = ("SECRET", "TOKEN", "PWD", "CREDENTIALS", "ACCESSKEY", "SECRETKEY", "PRIVATEKEY", "AUTHKEY", "SSHKEY")
_PHRASES = (("CONNECTION", "STRING"),)
# The working directory of the shell, and limits of length.
_HARMLESS = re.compile(r"(OLD)?PWD|((MAX|MIN|NUM|TOTAL)_)(\w+_)?TOKENS", re.IGNORECASE)
_SPLIT = re.compile(r"[^A-Za-z]+|(?<=[a-z])(?=[A-Z])")
_VALUE = re.compile(
    r"(sk-|pk-|rk-|gsk_|hf_|ghp_|gho_|ghs_|github_pat_|glpat-|xai-|xox[abp]-|AIza|AKIA|ASIA|Bearer |Basic )"
    r"|eyJ[\w-]+\.eyJ"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY"
)
_USERINFO = re.compile(r"[a-z][a-z0-9+.:-]*://[^/\s]*:[^/\s]*@", re.IGNORECASE)
_SETTING = re.compile(
    r"(?:^|[?&;\s])(?:password|passwd|pwd|token|access_?token|api_?key|account_?key|shared_?access_?key|secret|sig)"
    r"=[^&;\s]",
    re.IGNORECASE,
)


def is_secret_name(name: str) -> bool:
    """Whether a variable or setting of that name may hold a key, a token or a password."""
    if _HARMLESS.fullmatch(name):
        return False
    if name in _known():
        return True
    words = [word.upper() for word in _SPLIT.split(name) if word]
    if any(phrase == pair for phrase in _PHRASES for pair in itertools.pairwise(words)):
        return True
    return any(word in _WORDS or word.endswith(_ENDS) or any(part in word for part in _PARTS) for word in words)


def is_secret_value(value: str) -> bool:
    """Whether a value looks like a key, or is an address or a connection string with a password."""
    return bool(_VALUE.match(value) or _USERINFO.match(value) or _SETTING.search(value))


@functools.cache
def _known() -> frozenset[str]:
    """Return the names that the table of providers knows."""
    return frozenset(name for names in key_variables().values() for name in names) | secret_settings()
