"""Cells of a test run, and the identity by which an earlier answer is used again.

Invariant: two cells have the same identity exactly if they ask the same question in the same round: content, values,
endpoint with its address, model, files of the model, parameters and sample number are equal. Outputs of Compose never
count as cells, because choosing among reruns would be cherry-picking.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import rfc8785

from workbench.core.lanes import Endpoint, Lane
from workbench.core.value_kinds import Kinds


class CellKey(NamedTuple):
    """The place of a cell in its run: positions of case and column, and the sample; all from 0.

    Cells are called in this order, so that the columns of a case are answered at about the same time.
    """

    case: int
    column: int
    sample: int


def question_hash(content_hash: str, endpoint: Endpoint, lane: Lane, file_hashes: Mapping[str, str]) -> str:
    """Return the part of an identity that all cells of a column share, 64 hexadecimal digits.

    `file_hashes` are the SHA-256 of the endpoint's model file and adapter by path; {} for models that are not files.
    """
    question: dict[str, Any] = {
        "content": content_hash,
        "endpoint": [endpoint.uid, endpoint.kind, endpoint.base_url, endpoint.provider],
        "files": [file_hashes.get(path, "") for path in (endpoint.path, endpoint.adapter) if path],
        "model": lane.model,
        "params": lane.params.to_json(),
        "settings": [list(pair) for pair in endpoint.settings],
    }
    return hashlib.sha256(rfc8785.dumps(question)).hexdigest()


def asked_hash(values_hash: str, kinds: Kinds) -> str:
    """Return the hash of a case's values including their kinds; that of the values if all are text."""
    if not kinds:
        return values_hash
    return hashlib.sha256(f"{values_hash}\n{rfc8785.dumps(dict(kinds)).decode()}".encode()).hexdigest()


def cell_identity(question: str, values_hash: str, sample: int, round_: int) -> str:
    """Return the identity of a cell, 32 hexadecimal digits.

    `question` is the `question_hash` of its column, `values_hash` the `asked_hash` of the case. Rounds count
    from 1; asking everything afresh opens a new one.
    """
    return hashlib.sha256(f"{question}\n{values_hash}\n{sample}\n{round_}".encode()).hexdigest()[:32]
