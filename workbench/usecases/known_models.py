"""Cache of the models and prices that custom endpoints listed last.

Invariant: a list belongs to one endpoint at one address. Losing a file loses only suggested names, so I/O errors are
ignored. A file in another format counts as missing.
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
"""Status of an endpoint that did not answer the last request for its models."""
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
"""Failures that still mean that a server answers at the address."""


def is_answer(error: BaseException) -> bool:
    """Return whether a failed request for models still got an answer, such as that the key is wrong."""
    return isinstance(error, EngineError) and error.failure.code in _ANSWERED


class KnownModels:
    """Lists in the files of a cache directory, one per endpoint; thread-safe and safe with several processes.

    Which endpoints did not answer is known in this process only.
    """

    def __init__(self, cache: Path) -> None:
        self._folder = cache / FOLDER
        self._silent: set[Path] = set()

    def is_silent(self, endpoint: Endpoint) -> bool:
        """Return whether the last request for the models of this endpoint got no answer."""
        return self._file(endpoint) in self._silent

    def set_silent(self, endpoint: Endpoint) -> None:
        """Record that the endpoint did not answer; its list stays."""
        self._silent.add(self._file(endpoint))

    def get(self, endpoint: Endpoint) -> tuple[str, ...]:
        """Return the last list, () if there is none."""
        listed = _read(self._file(endpoint)).get("models")
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            return ()
        return tuple(listed[:_MOST])

    def put(self, endpoint: Endpoint, models: Sequence[str]) -> None:
        """Store the current list of an endpoint."""
        self._silent.discard(self._file(endpoint))
        self._write(endpoint, self._file(endpoint), {"models": list(models[:_MOST])})

    def prices(self, endpoint: Endpoint) -> Mapping[str, Mapping[str, Any]]:
        """Return the last price list by model, in LiteLLM's format; empty if there is none."""
        listed = _read(self._file(endpoint, ".prices")).get("prices")
        rows = listed.items() if isinstance(listed, dict) else ()
        return {model: row for model, row in rows if isinstance(row, dict)}

    def put_prices(self, endpoint: Endpoint, rows: Mapping[str, Mapping[str, Any]]) -> None:
        """Store the current price list of an endpoint."""
        self._write(endpoint, self._file(endpoint, ".prices"), {"prices": {**rows}})

    def _write(self, endpoint: Endpoint, file: Path, listed: Mapping[str, Any]) -> None:
        body = json.dumps({"endpoint": endpoint.name, "address": endpoint.base_url, **listed})
        draft = file.with_suffix(f".{os.getpid()}")
        # If the file cannot be written, the list is fetched again next time.
        with contextlib.suppress(OSError, HostError):
            make_private(self._folder)
            draft.write_text(body, "utf-8")
            draft.replace(file)

    def forget(self, endpoint: Endpoint) -> None:
        """Delete the lists of an endpoint."""
        with contextlib.suppress(OSError):
            self._file(endpoint).unlink(missing_ok=True)
            self._file(endpoint, ".prices").unlink(missing_ok=True)

    def _file(self, endpoint: Endpoint, kind: str = "") -> Path:
        # Both parts may come from an untrusted history, so hash them instead of using them in a path.
        name = hashlib.sha256(f"{endpoint.uid}\0{endpoint.base_url}".encode("utf-8", "surrogatepass")).hexdigest()
        return self._folder / f"{name[:32]}{kind}.json"


def _read(file: Path) -> dict[str, Any]:
    try:
        data = json.loads(file.read_bytes()) if file.stat().st_size <= _MOST_BYTES else None
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
