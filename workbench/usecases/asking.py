"""From a planned lane to a call of the engine.

Invariant: what cannot be asked becomes a failure without any network.
"""

from __future__ import annotations

from workbench.core.lanes import Endpoint, Lane
from workbench.core.runs import Failure
from workbench.engine.calls import Call
from workbench.host.keys import KeyStore
from workbench.usecases.credentials import ProviderOf, credentials
from workbench.usecases.planning import Messages

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
        group=run_uid,
    )
