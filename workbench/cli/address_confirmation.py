"""Confirming an address that a key was not entered for, in the terminal.

Invariant: nothing is sent to such an address before the person confirmed it, by an answer or by naming it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

from workbench.cli.output import harmless
from workbench.core.lanes import Endpoint, Lane
from workbench.core.origins import origin_of
from workbench.usecases.credentials import AddressQuestion
from workbench.usecases.problems import RefusedError
from workbench.usecases.workbench import Workbench

FLAG = "--confirm-address"
_YES = frozenset({"y", "yes"})


def confirm_addresses(workbench: Workbench, lanes: Iterable[Lane], named: Sequence[str]) -> None:
    """Confirm what the lanes wait for, as `confirm_address` does for each. Raises RefusedError."""
    for lane in lanes:
        endpoint = workbench.endpoints.find(lane.endpoint)
        if endpoint is not None:
            confirm_address(workbench, endpoint, lane.model, named)


def confirm_address(workbench: Workbench, endpoint: Endpoint, model: str, named: Sequence[str]) -> None:
    """Confirm an address that is in `named`, or in a terminal one that the person agrees to.

    Raises RefusedError when it is not confirmed.
    """
    question = workbench.endpoints.question(endpoint, model)
    if question is None:
        return
    if question.origin not in map(origin_of, named) and not _agrees(question, sys.stdin, sys.stderr):
        how = f"If the address is yours, add {FLAG} {question.origin} to the command."
        raise RefusedError(f"{harmless(question.sentence)} Nothing was sent. {how}")
    workbench.endpoints.confirm(question)


def _agrees(question: AddressQuestion, given: TextIO, out: TextIO) -> bool:
    if not (given.isatty() and out.isatty()):
        return False
    out.write(f"{harmless(question.sentence)}\nSend the {question.what} there? It is asked once. [y/N] ")
    out.flush()
    return given.readline().strip().lower() in _YES
