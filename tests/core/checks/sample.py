"""Samples: checks with answers, as JSON objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

Sample = dict[str, Any]


def one(answer: str, kind: str, value: Any = None, /, **more: Any) -> Sample:
    """Return a sample; `more` are other keys of the check, and facts of the answer such as `_vars` and `_latency`."""
    check: dict[str, Any] = {"type": kind}
    if value is not None:
        check["value"] = value
    check |= {key: item for key, item in more.items() if not key.startswith("_")}
    return {"answer": answer, "check": check, **{key[1:]: item for key, item in more.items() if key.startswith("_")}}


def both(answers: Iterable[str], kind: str, value: Any = None, **more: Any) -> Iterator[Sample]:
    """Yield samples of a type and its negation."""
    for answer in answers:
        for name in (kind, f"not-{kind}"):
            yield one(answer, name, value, **more)
