"""Endpoints, which are stored without keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.making import LATER, NOW
from workbench.core.lanes import FIXED_ENDPOINTS, Endpoint
from workbench.store import Store, StoreError

KEY = "sk-planted-0123456789"
OURS = Endpoint(
    "uid-1",
    "openai",
    "My server",
    "http://localhost:8000/v1",
    headers=(("X-Title", "Workbench"), ("HTTP-Referer", "x")),
    secret_headers=("Authorization", "X-Api-Key"),
    needs_key=True,
    path="/models/a.gguf",
    adapter="/models/lora.gguf",
)


def test_every_history_has_the_fixed_endpoints(store: Store) -> None:
    assert store.endpoints() == list(FIXED_ENDPOINTS)


def test_endpoint_is_stored_changed_removed_and_added_again(store: Store) -> None:
    store.save_endpoint(OURS, NOW).result(60)
    store.save_endpoint(Endpoint("uid-0", "openai", "a server", "http://[::1]:1/v1"), NOW).result(60)
    assert [e.name for e in store.endpoints()[len(FIXED_ENDPOINTS) :]] == ["a server", "My server"]
    assert store.endpoints()[-1] == OURS
    changed = Endpoint("uid-1", "openai", "Renamed", "http://localhost:9000/v1")
    store.save_endpoint(changed, LATER).result(60)
    assert store.endpoints()[-1] == changed
    store.remove_endpoint("uid-1", LATER).result(60)
    assert changed not in store.endpoints()
    store.save_endpoint(OURS, LATER).result(60)
    assert OURS in store.endpoints()


@pytest.mark.parametrize(
    "endpoint",
    [
        Endpoint("u", "openai", "n", "http://x/v1", headers=(("Authorization", f"Bearer {KEY}"),)),
        Endpoint("u", "openai", "n", "http://x/v1", headers=(("x-API-key", KEY),)),
        Endpoint("u", "openai", "n", "http://x/v1", headers=(("Cookie", KEY),)),
        Endpoint("u", "openai", "n", "http://x/v1", headers=(("X-Mine", KEY),), secret_headers=("x-mine",)),
        Endpoint("u", "openai", "n", f"http://me:{KEY}@x/v1"),
        Endpoint("u", "openai", "n", f"http://x/v1?api_key={KEY}"),
    ],
)
def test_endpoint_containing_a_key_is_refused_and_never_written(store: Store, path: Path, endpoint: Endpoint) -> None:
    with pytest.raises(StoreError) as caught:
        store.save_endpoint(endpoint, NOW).result(60)
    assert caught.value.code == "secret"
    assert KEY not in f"{caught.value.sentence}{caught.value.detail}{caught.value}"
    assert store.endpoints() == list(FIXED_ENDPOINTS)
    store.close()
    for file in path.parent.iterdir():
        assert KEY.encode() not in file.read_bytes()


def test_invalid_address_raises_an_error(store: Store) -> None:
    with pytest.raises(StoreError, match="not an address"):
        store.save_endpoint(Endpoint("u", "openai", "n", "http://[broken"), NOW).result(60)
