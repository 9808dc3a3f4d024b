"""Looking for model servers on this machine, when asked.

Invariant: only loopback addresses are contacted, without any proxy, once, with a short patience.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.message import Message
from typing import IO, Any

_PATIENCE_S = 1.5
_LIMIT = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Candidate:
    """A server that may be running: its name and where its OpenAI-compatible address would be."""

    name: str
    base_url: str


CANDIDATES = (
    Candidate("Ollama", "http://127.0.0.1:11434/v1"),
    Candidate("LM Studio", "http://127.0.0.1:1234/v1"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What one candidate answered. `models` are its model ids; `sentence` says what was found, or what to do."""

    candidate: Candidate
    running: bool
    models: tuple[str, ...]
    sentence: str
    detail: str = ""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A server on this machine must not send us elsewhere."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        return None


def look_for_servers(candidates: Sequence[Candidate] = CANDIDATES, patience_s: float = _PATIENCE_S) -> list[Found]:
    """Ask every candidate for its models at once and return what each said; blocks up to about `patience_s`."""
    with ThreadPoolExecutor(max(1, len(candidates)), "look") as pool:
        return list(pool.map(lambda candidate: _ask(candidate, patience_s), candidates))


def _ask(candidate: Candidate, patience_s: float) -> Found:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)
    name = candidate.name
    try:
        with opener.open(f"{candidate.base_url}/models", timeout=patience_s) as answer:
            models = _ids(json.loads(answer.read(_LIMIT)))
    except urllib.error.HTTPError as error:
        with error:
            return Found(
                candidate, False, (), f"Something answers where {name} would be, but it is not {name}.", str(error)
            )
    except OSError as error:
        return Found(candidate, False, (), f"{name} is not running. Start it, then look again.", str(error))
    except ValueError as error:
        return Found(
            candidate, False, (), f"Something answers where {name} would be, but it is not {name}.", str(error)
        )
    if not models:
        return Found(candidate, True, (), f"{name} is running and has no models yet. Download one there.")
    count = "1 model" if len(models) == 1 else f"{len(models)} models"
    return Found(candidate, True, models, f"{name} is running with {count}.")


def _ids(data: Any) -> tuple[str, ...]:
    if not isinstance(data, dict) or not isinstance(data.get("data"), list):
        raise ValueError("the answer has no list of models")
    return tuple(model["id"] for model in data["data"] if isinstance(model, dict) and isinstance(model.get("id"), str))
