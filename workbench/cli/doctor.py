"""`workbench doctor`: whether everything works here, and what to do where it does not.

Invariant: each line begins with OK or NO; one that begins with NO ends in a next step.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping

from workbench.cli.main import FAILED, OK, product_version
from workbench.cli.opening import database
from workbench.host.dirs import places
from workbench.host.pip import Progress
from workbench.host.weights import install_model
from workbench.usecases.checkup import Checkup

_MB = 1_000_000


def doctor(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print the findings; returns 1 when something is not in order. Raises HostError when installing fails."""
    where = places(env)
    if args.install_model:
        path = install_model(_Told().tell, data=where.data, env=env)
        print(f"The built-in model is installed in {path}.", file=sys.stderr)
    healthy = True
    for finding in Checkup(database(args, env), where, env, product_version()).findings():
        healthy &= finding.ok
        print(f"{'OK' if finding.ok else 'NO'}  {finding.name}: {finding.sentence}", flush=True)
        if finding.detail and not finding.ok:
            print("\n".join(f"      {line}" for line in finding.detail.splitlines()))
    return OK if healthy else FAILED


class _Told:
    """Says how far a download is, each tenth once."""

    def __init__(self) -> None:
        self._last = -1

    def tell(self, progress: Progress) -> None:
        """Print a line when another tenth is done."""
        share = progress.share
        tenth = -1 if share is None else int(share * 10)
        if tenth > self._last:
            self._last = tenth
            print(f"{progress.done // _MB} of {(progress.total or 0) // _MB} MB", file=sys.stderr)
