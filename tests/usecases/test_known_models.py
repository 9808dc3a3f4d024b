"""The cache of models and prices that endpoints listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.provider import FakeProvider, models
from tests.usecases.making import opened, wait_for
from workbench.core.lanes import Endpoint
from workbench.core.runs import Failure
from workbench.engine.calls import EngineError
from workbench.host.clock import utc_now
from workbench.usecases.known_models import FOLDER, KnownModels, is_answer

PATIENCE_S = 30.0
MINE = Endpoint("e1", "openai", "Mine", "http://127.0.0.1:8000/v1")
MOVED = Endpoint("e1", "openai", "Mine", "http://127.0.0.1:9000/v1")


def test_list_is_stored_per_endpoint_and_address(tmp_path: Path) -> None:
    KnownModels(tmp_path).put(MINE, ("a", "b", "\ud800"))
    again = KnownModels(tmp_path)
    assert again.get(MINE) == ("a", "b", "\ud800")
    assert again.get(MOVED) == ()
    again.put(MINE, ())
    assert again.get(MINE) == ()
    again.put(MINE, ("c",))
    again.forget(MINE)
    assert again.get(MINE) == ()


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"models": "abc"}',
        b'{"models": [1]}',
        b"\xff\xfe",
        b"[" * 100_000,
        b" " * 9_000_000,
    ],
)
def test_malformed_file_is_ignored(tmp_path: Path, written: bytes) -> None:
    known = KnownModels(tmp_path)
    known.put(MINE, ("a",))
    (file,) = (tmp_path / FOLDER).iterdir()
    file.write_bytes(written)
    assert known.get(MINE) == ()


def test_prices_are_stored_per_endpoint_and_malformed_ones_ignored(tmp_path: Path) -> None:
    rows = {"a": {"input_cost_per_token": 1e-6}}
    KnownModels(tmp_path).put_prices(MINE, rows)
    again = KnownModels(tmp_path)
    assert (again.prices(MINE), again.prices(MOVED), again.get(MINE)) == (rows, {}, ())
    (file,) = (tmp_path / FOLDER).iterdir()
    for written in (b"[]", b"{", b'{"prices": []}', b'{"prices": {"a": 1}}'):
        file.write_bytes(written)
        assert again.prices(MINE) == {}
    again.put_prices(MINE, rows)
    again.forget(MINE)
    assert again.prices(MINE) == {}


def test_endpoint_uid_cannot_lead_out_of_the_cache_folder(tmp_path: Path) -> None:
    known = KnownModels(tmp_path / "cache")
    known.put(Endpoint("../../up", "openai", "x", "http://h/../.."), ("a",))
    assert [path.parent for path in tmp_path.rglob("*.json")] == [tmp_path / "cache" / FOLDER]


def test_unwritable_cache_stores_nothing(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    known = KnownModels(tmp_path / "cache")
    known.put(MINE, ("a",))
    assert known.get(MINE) == ()
    known.forget(MINE)


def test_refused_key_counts_as_an_answer() -> None:
    assert is_answer(EngineError(Failure("bad_key", "No.")))
    assert not is_answer(EngineError(Failure("connect_failed", "No.")))
    assert not is_answer(ValueError())


def test_listed_models_are_kept_until_the_endpoint_is_removed(tmp_path: Path) -> None:
    with opened(tmp_path) as (workbench, _):
        endpoints = workbench.endpoints
        workbench.engine.start()
        with FakeProvider() as fake:
            fake.script(models("llama3.2:3b", "phi4"))
            endpoint = Endpoint("e1", "openai", "Mine", fake.base_url)
            workbench.store.save_endpoint(endpoint, utc_now()).result(PATIENCE_S)
            endpoints.models(endpoint).result(PATIENCE_S)
        wait_for(lambda: endpoints.known.get(endpoint) == ("llama3.2:3b", "phi4"))
        assert not endpoints.known.is_silent(endpoint)
        assert endpoints.models(endpoint).exception(PATIENCE_S) is not None
        wait_for(lambda: endpoints.known.is_silent(endpoint))
        assert endpoints.known.get(endpoint) == ("llama3.2:3b", "phi4")
        endpoints.remove("e1").result(PATIENCE_S)
        assert endpoints.known.get(endpoint) == ()
