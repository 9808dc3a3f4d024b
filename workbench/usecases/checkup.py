"""Diagnosing the installation on this machine.

Invariant: a check-up contacts nothing outside this machine, leaves no history behind and shows no key. Every finding
that is not fine says what to do.
"""

from __future__ import annotations

import os
import platform
import queue
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from workbench.core.content import Message
from workbench.core.lanes import BUILTIN_MODEL, ECHO_MODEL, FIXED_ENDPOINTS
from workbench.core.providers import key_variables, provider_name
from workbench.core.runs import Result
from workbench.core.text import counted
from workbench.engine.calls import Call, CallEnded, Event
from workbench.engine.client import EngineClient
from workbench.host.clock import utc_now
from workbench.host.dirs import ProductDirs
from workbench.host.display import display_problem, no_display
from workbench.host.errors import HostError
from workbench.host.faults import log_file
from workbench.host.ids import new_uid
from workbench.host.keys import KeyStore
from workbench.host.processes import scrubbed_env
from workbench.host.provider_choices import ProviderChoices
from workbench.host.system_libraries import install_command, missing_libraries
from workbench.host.weights import builtin_weights
from workbench.store import StoreError, open_store
from workbench.store.sqlite import SQLITE_VERSION
from workbench.usecases.credentials import open_keys
from workbench.usecases.destinations import destination

_PACKAGES = ("litellm", "xllamacpp", "PySide6-Essentials")
_ANSWER_WITHIN_S = 60.0


Level = Literal["ok", "warn", "no"]
"""ok: works; warn: missing, but optional; no: broken."""


@dataclass(frozen=True, slots=True)
class CheckupFinding:
    """One result of a check-up: its level, a sentence, and technical detail."""

    name: str
    level: Level
    sentence: str
    detail: str = ""


class Checkup:
    """Yields findings one by one, because the later ones take seconds."""

    def __init__(self, db: Path, places: ProductDirs, env: Mapping[str, str], product: str) -> None:
        self._db = db
        self._places = places
        self._env = env
        self._product = product

    def findings(self) -> Iterator[CheckupFinding]:
        """Yield findings as they are made."""
        yield self._versions()
        sqlite = _sqlite()
        yield sqlite
        if sqlite.level == "ok":
            yield self._database()
        yield self._keyring()
        yield from self._models()
        yield self._display()
        yield self._error_log()

    def _versions(self) -> CheckupFinding:
        parts = [f"Prompt Workbench {self._product}", f"Python {platform.python_version()}"]
        missing = []
        for package in _PACKAGES:
            try:
                parts.append(f"{package} {version(package)}")
            except PackageNotFoundError:
                missing.append(package)
        if missing:
            return CheckupFinding("versions", "no", f"Missing: {', '.join(missing)}. Install Prompt Workbench again.")
        return CheckupFinding("versions", "ok", ", ".join(parts))

    def _database(self) -> CheckupFinding:
        if not os.path.lexists(self._db):
            return self._no_database()
        try:
            store = open_store(self._db, now=utc_now(), uid=new_uid)
        except (StoreError, HostError) as error:
            return CheckupFinding("database", "no", error.sentence, error.detail)
        try:
            count = sum(row.iterations for row in store.prompts())
            size = self._db.stat().st_size / 1e6
            if store.read_only:
                return CheckupFinding("database", "no", store.notice, str(self._db))
            iterations = counted(count, "iteration")
            return CheckupFinding("database", "ok", f"{self._db}, {iterations}, {size:.1f} MB")
        finally:
            store.close()

    def _no_database(self) -> CheckupFinding:
        """Report whether the first start can create the file, without creating it."""
        ground = next(folder for folder in self._db.absolute().parents if folder.exists())
        if os.access(ground, os.W_OK | os.X_OK):
            return CheckupFinding(
                "database", "ok", f"{self._db} does not exist yet; the first start or run creates it."
            )
        return CheckupFinding(
            "database",
            "no",
            f"{self._db} does not exist yet and cannot be created in {ground}. Check the permissions there, or name "
            "another file with --db.",
        )

    def _keyring(self) -> CheckupFinding:
        keys = open_keys(self._env, ProviderChoices(self._places.config))
        status = keys.available()
        found = [_with_address(keys, name) for name in key_variables() if keys.from_environment(name)]
        seen = f" Keys in the environment: {', '.join(dict.fromkeys(found))}." if found else ""
        return CheckupFinding("keyring", "ok" if status.ok else "warn", f"{status.sentence}{seen}", status.detail)

    def _models(self) -> Iterator[CheckupFinding]:
        weights = builtin_weights(self._places.data)
        events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        client = EngineClient(env=scrubbed_env(self._env), on_event=events.put, builtin_model=weights)
        try:
            client.start()
            yield self._answers(client, events, "engine", "echo", ECHO_MODEL)
            if weights is None:
                yield CheckupFinding(
                    "built-in model", "warn", "It is not installed. Run “workbench doctor --install-model” to get it."
                )
            elif missing := missing_libraries("model"):
                sentence = f"It needs a library that is missing here. Install it: {install_command(missing)}"
                yield CheckupFinding("built-in model", "no", sentence, ", ".join(library.name for library in missing))
            else:
                yield self._answers(client, events, "built-in model", "builtin", BUILTIN_MODEL)
        finally:
            client.close()

    def _answers(
        self, client: EngineClient, events: queue.SimpleQueue[Event], name: str, endpoint: str, model: str
    ) -> CheckupFinding:
        began = time.monotonic()
        call = Call(
            new_uid(),
            next(one for one in FIXED_ENDPOINTS if one.uid == endpoint),
            model,
            (Message("user", "Say hello."),),
            {} if endpoint == "echo" else {"max_tokens": 4},
        )
        client.run(call)
        result = _await_end(events, call.id, began + _ANSWER_WITHIN_S)
        if result is None:
            return CheckupFinding(
                name, "no", f"It did not answer within {_ANSWER_WITHIN_S:.0f} s. Close other programs."
            )
        if result.state != "finished":
            failure = result.failure
            sentence = failure.sentence if failure else f"The answer ended as {result.state}. Try again."
            return CheckupFinding(name, "no", sentence, failure.detail if failure else "")
        return CheckupFinding(name, "ok", f"{model} answered in {time.monotonic() - began:.1f} s")

    def _display(self) -> CheckupFinding:
        if no_display(self._env):
            # A server has no display and needs none, so this is fine.
            return CheckupFinding("display", "ok", "None found, so the window cannot open; workbench run needs none.")
        problem = display_problem(self._env)
        if problem:
            return CheckupFinding("display", "no", f"{problem} The terminal works without one: workbench run")
        return CheckupFinding("display", "ok", "The window can open here.")

    def _error_log(self) -> CheckupFinding:
        """Name the log. Its entries may be old, so they are no problem of this machine."""
        log = log_file(self._places.state)
        try:
            size = log.stat().st_size
        except OSError:
            return CheckupFinding("error log", "ok", f"{log} does not exist: no unexpected errors yet.")
        return CheckupFinding("error log", "ok", f"{log}, {size / 1000:.0f} kB")


def _sqlite() -> CheckupFinding:
    """Create a history in a temporary folder and read it."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            store = open_store(Path(folder, "history.db"), now=utc_now(), uid=new_uid)
            try:
                store.prompts()
            finally:
                store.close()
    except (StoreError, HostError) as error:
        return CheckupFinding("SQLite", "no", error.sentence, error.detail)
    except OSError as error:
        return CheckupFinding(
            "SQLite", "no", "The temporary folder cannot be written to. Make room, or set TMPDIR.", str(error)
        )
    except Exception as error:  # noqa: BLE001 - a broken installation may raise anything
        again = "The SQLite of this Python cannot create a history. Install Prompt Workbench again."
        return CheckupFinding("SQLite", "no", again, f"{type(error).__name__}: {error}")
    return CheckupFinding("SQLite", "ok", f"Version {SQLITE_VERSION} creates and reads a history.")


def _with_address(keys: KeyStore, provider: str) -> str:
    """Return a provider's name, with the address of its calls if that is not its public one."""
    where = destination(provider, keys.env, keys.choices)
    return provider_name(provider) + ("" if where.is_public else f" (to {where.base_url})")


def _await_end(events: queue.SimpleQueue[Event], call_id: str, deadline: float) -> Result | None:
    while (left := deadline - time.monotonic()) > 0:
        try:
            event = events.get(timeout=left)
        except queue.Empty:
            return None
        if isinstance(event, CallEnded) and event.id == call_id:
            return event.result
    return None
