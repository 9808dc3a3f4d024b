"""Confirming an address that a key was not entered for, in the terminal.

Invariant: nothing is sent to such an address before the person confirmed it, by an answer or by naming it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

from workbench.cli.output import harmless
from workbench.core.lanes import Lane
from workbench.core.origins import origin_of
from workbench.usecases.credentials import AddressQuestion
from workbench.usecases.problems import RefusedError
from workbench.usecases.workbench import Workbench

FLAG = "--confirm-address"
_YES = frozenset({"y", "yes"})


def confirm_addresses(workbench: Workbench, lanes: Iterable[Lane], named: Sequence[str]) -> None:
    """Confirm what the lanes wait for: addresses in `named`, and in a terminal those that the person agrees to.

    Raises RefusedError for one that is not confirmed.
    """
    allowed = {origin_of(address) for address in named}
    for lane in lanes:
        endpoint = workbench.endpoints.find(lane.endpoint)
        question = None if endpoint is None else workbench.endpoints.question(endpoint, lane.model)
        if question is None:
            continue
        if question.origin not in allowed and not _agrees(question, sys.stdin, sys.stderr):
            how = f"If the address is yours, add {FLAG} {question.origin} to the command."
            raise RefusedError(f"{harmless(question.sentence)} Nothing was sent. {how}")
        workbench.endpoints.confirm(question)


def _agrees(question: AddressQuestion, given: TextIO, out: TextIO) -> bool:
    if not (given.isatty() and out.isatty()):
        return False
    out.write(f"{harmless(question.sentence)}\nSend the {question.what} there? It is asked once. [y/N] ")
    out.flush()
    return given.readline().strip().lower() in _YES
