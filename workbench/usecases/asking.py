"""From a planned lane to a call of the engine.

Invariant: what cannot be asked becomes a failure without any network. A model on this machine gets the time that it
needs to be loaded and to read a long prompt; a provider that is as slow is broken.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from workbench.core.lanes import Endpoint, Lane
from workbench.core.runs import Failure
from workbench.engine.calls import Call, Timeouts
from workbench.engine.hosts import is_loopback
from workbench.host.keys import KeyStore
from workbench.usecases.credentials import ProviderOf, credentials
from workbench.usecases.planning import Messages

_OF_A_PROVIDER = Timeouts()
_ON_THIS_MACHINE = Timeouts(first=600.0, silence=120.0)
NO_ENDPOINT = Failure(
    "no_endpoint",
    "The endpoint of this lane was removed. Choose another model for the lane, or add the endpoint again.",
)


def call_for(
    keys: KeyStore,
    provider_of: ProviderOf,
    endpoint: Endpoint | None,
    lane: Lane,
    messages: Messages,
    *,
    output_uid: str,
    run_uid: str,
) -> Call | Failure:
    """Return the call that asks a lane's model, or why there is none."""
    if endpoint is None:
        return NO_ENDPOINT
    who = credentials(keys, endpoint, lane.model, provider_of)
    if isinstance(who, Failure):
        return who
    return Call(
        id=output_uid,
        endpoint=endpoint,
        model=lane.model,
        messages=messages,
        params=lane.params.request(),
        key=who.key,
        secret_headers=who.secret_headers,
        timeouts=timeouts_for(endpoint),
        group=run_uid,
    )


def timeouts_for(endpoint: Endpoint) -> Timeouts:
    """Return how long an endpoint may take."""
    here = endpoint.is_local or is_loopback(urlsplit(endpoint.base_url).hostname or "")
    return _ON_THIS_MACHINE if here else _OF_A_PROVIDER
