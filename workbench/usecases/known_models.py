"""The models that the user's own endpoints listed when they last answered, and what they said that these cost.

Invariant: a list belongs to one endpoint at one address; losing the file loses nothing but names to choose from, so
trouble with it is never an error. A file that is not in our form counts as missing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.core.lanes import Endpoint
from workbench.core.provider_requirements import NOT_CONFIRMED
from workbench.engine.calls import EngineError
from workbench.host.dirs import make_private
from workbench.host.errors import HostError

FOLDER = "models"
NOT_REACHABLE = "not reachable"
"""What is said of an endpoint that did not answer the last question for its models."""
_MOST = 10_000
_MOST_BYTES = 8 * 1024 * 1024


_ANSWERED = frozenset(
    (
        NOT_CONFIRMED,
        "bad_key",
        "bad_request",
        "broken_stream",
        "list_too_long",
        "no_key",
        "no_model",
        "not_listed",
        "over_quota",
        "rate_limited",
        "server_error",
    )
)
"""Failures that do not mean that nobody answers at the address."""


def is_answer(error: BaseException) -> bool:
    """Return whether a failed question for models got an answer all the same, such as that the key is wrong."""
    return isinstance(error, EngineError) and error.failure.code in _ANSWERED


class KnownModels:
    """Lists in files of a cache directory, one a file; safe in any thread and with several processes.

    Which endpoints did not answer is known for this process only.
    """

    def __init__(self, cache: Path) -> None:
        self._folder = cache / FOLDER
        self._silent: set[Path] = set()

    def is_silent(self, endpoint: Endpoint) -> bool:
        """Return whether nobody answered the last question for the models of this endpoint."""
        return self._file(endpoint) in self._silent

    def set_silent(self, endpoint: Endpoint) -> None:
        """Remember that nobody answered; the list stays."""
        self._silent.add(self._file(endpoint))

    def get(self, endpoint: Endpoint) -> tuple[str, ...]:
        """Return the last list, () when there is none."""
        listed = _read(self._file(endpoint)).get("models")
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            return ()
        return tuple(listed[:_MOST])

    def put(self, endpoint: Endpoint, models: Sequence[str]) -> None:
        """Remember the list that an endpoint gave now."""
        self._silent.discard(self._file(endpoint))
        self._write(endpoint, self._file(endpoint), {"models": list(models[:_MOST])})

    def prices(self, endpoint: Endpoint) -> Mapping[str, Mapping[str, Any]]:
        """Return the last price list by model, in the form of LiteLLM's; empty when there is none."""
        listed = _read(self._file(endpoint, ".prices")).get("prices")
        rows = listed.items() if isinstance(listed, dict) else ()
        return {model: row for model, row in rows if isinstance(row, dict)}

    def put_prices(self, endpoint: Endpoint, rows: Mapping[str, Mapping[str, Any]]) -> None:
        """Remember the price list that an endpoint gave now."""
        self._write(endpoint, self._file(endpoint, ".prices"), {"prices": {**rows}})

    def _write(self, endpoint: Endpoint, file: Path, listed: Mapping[str, Any]) -> None:
        body = json.dumps({"endpoint": endpoint.name, "address": endpoint.base_url, **listed})
        draft = file.with_suffix(f".{os.getpid()}")
        # Without a place to write the list is fetched anew the next time.
        with contextlib.suppress(OSError, HostError):
            make_private(self._folder)
            draft.write_text(body, "utf-8")
            draft.replace(file)

    def forget(self, endpoint: Endpoint) -> None:
        """Remove the lists of an endpoint that is removed."""
        with contextlib.suppress(OSError):
            self._file(endpoint).unlink(missing_ok=True)
            self._file(endpoint, ".prices").unlink(missing_ok=True)

    def _file(self, endpoint: Endpoint, kind: str = "") -> Path:
        # Both parts may come from a stranger's history, so neither is part of a path as it is.
        name = hashlib.sha256(f"{endpoint.uid}\0{endpoint.base_url}".encode("utf-8", "surrogatepass")).hexdigest()
        return self._folder / f"{name[:32]}{kind}.json"


def _read(file: Path) -> dict[str, Any]:
    try:
        data = json.loads(file.read_bytes()) if file.stat().st_size <= _MOST_BYTES else None
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
