"""`workbench doctor`: check that everything works on this computer, and say what to do if not.

Invariant: each finding begins with OK, WARN or NO; WARN and NO end in a next step. WARN is for something optional that
is missing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping

from workbench import __version__
from workbench.cli.database_arguments import database
from workbench.cli.exit_codes import FAILED, OK
from workbench.host.dirs import places
from workbench.usecases.checkup import Checkup
from workbench.usecases.model_installation import install_builtin


def doctor(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print the findings and return the exit code, 1 if any is NO. Raises HostError if installing the model fails."""
    where = places(env)
    if args.install_model:
        path = install_builtin(where, env, lambda sentence: print(sentence, file=sys.stderr))
        print(f"The built-in model is installed in {path}.", file=sys.stderr)
    healthy = True
    for finding in Checkup(database(args, env), where, env, __version__).findings():
        healthy &= finding.level != "no"
        print(f"{finding.level.upper():4}  {finding.name}: {finding.sentence}", flush=True)
        if finding.detail and finding.level != "ok":
            print("\n".join(f"      {line}" for line in finding.detail.splitlines()))
    return OK if healthy else FAILED
