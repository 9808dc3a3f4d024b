"""Requirements of a provider, checked against its row of the provider table before a call.

Invariant: each failure names what is missing and where to enter it, or the command that installs it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from workbench.core.install_hint import install_command, is_installed
from workbench.core.provider import Provider, ProviderPackage
from workbench.core.provider_requirements import no_address, no_key, package_sentence, where_to_enter
from workbench.core.runs import Failure
from workbench.engine.calls import Call
from workbench.engine.child.failures import CallError, FailureSubject

_TOKENS = Path("~/.config/litellm")


def check_provider(provider: Provider, call: Call, where: FailureSubject) -> None:
    """Raise CallError when a package, an address, a key or a sign-in is missing."""
    for package in provider.packages:
        if not is_installed(package.module):
            raise no_package(provider, package)
    if provider.needs_address and not call.endpoint.base_url:
        raise _error(no_address(provider))
    if provider.needs_key and not where.has_key and not call.endpoint.has_address:
        raise _error(no_key(provider))
    if provider.token_file and not call.key and not (_TOKENS.expanduser() / provider.token_file).exists():
        raise CallError(
            "no_sign_in",
            f"{provider.name} needs a login that only LiteLLM's own tools can make; there is none at "
            f"{_TOKENS / provider.token_file}. Log in there, or choose another model.",
            f"provider {provider.id}",
        )


def no_package(provider: Provider, package: ProviderPackage) -> CallError:
    """Return the failure for a missing Python package of a provider."""
    command = install_command(package.distribution, sys.prefix)
    sentence = f"{package_sentence(provider, package, command)} Then run the lane again."
    return CallError("no_package", sentence, f"provider {provider.id}")


def _error(failure: Failure) -> CallError:
    return CallError(failure.code, failure.sentence, failure.detail)


def no_credentials(provider: Provider, where: FailureSubject, detail: str = "") -> CallError:
    """Return the failure for a provider without credentials; it names the missing settings."""
    missing = [one for one in provider.settings if one.name and one.name not in where.given]
    labels = [*(["an API key"] if provider.takes_key else []), *(one.label for one in missing)]
    # Credentials first: other settings, such as a project, do not authenticate.
    missing.sort(key=lambda one: not one.proves_identity)
    named = [one.usual_variable or one.variables[0] for one in missing if one.variables]
    variables = [*provider.key_variables, *named]
    some = f" ({', '.join(labels[:4])})" if labels else ""
    enter = where_to_enter("them", tuple(variables), some, f"Settings → {where.page}")
    return CallError(
        "no_key",
        f"{where.endpoint} found no credentials. {enter}",
        detail,
    )
