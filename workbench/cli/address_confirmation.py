"""Ask in the terminal before a key is sent to an address for which it was not entered.

Invariant: nothing is sent to such an address until the user confirms it, by answering or with --confirm-address.
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
    """Call `confirm_address` for the endpoint of each lane. Raises RefusedError."""
    for lane in lanes:
        endpoint = workbench.endpoints.find(lane.endpoint)
        if endpoint is not None:
            confirm_address(workbench, endpoint, lane.model, named)


def confirm_address(workbench: Workbench, endpoint: Endpoint, model: str, named: Sequence[str]) -> None:
    """Confirm the endpoint's address if that is needed: it is in `named`, or the user agrees in the terminal.

    Raises RefusedError if it is not confirmed.
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
    out.write(f"{harmless(question.sentence)}\nSend the {question.what} there? You are asked once. [y/N] ")
    out.flush()
    return given.readline().strip().lower() in _YES
