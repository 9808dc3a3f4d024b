"""`workbench doctor`: check that everything works on this computer, and say what to do if not.

Invariant: each finding begins with OK, WARN or NO; WARN and NO end in a next step. WARN is for something optional that
is missing. Neither form of the command contacts anything outside this computer.

The JSON document, and that of --network:

    {"healthy": true or false, "findings": [{"name", "level": "ok" | "warn" | "no", "sentence", "detail"}]}
    {"addresses": [{"kind": "endpoint" | "this computer" | "packages" | "proxy" | "provider", "address", "whose",
                    "when"}]}
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict

from workbench import __version__
from workbench.cli.database_arguments import database, open_workbench
from workbench.cli.exit_codes import FAILED, OK
from workbench.cli.output import one_line, write_json
from workbench.core.lanes import Endpoint
from workbench.host.dirs import places
from workbench.host.provider_choices import ProviderChoices
from workbench.usecases.checkup import Checkup, CheckupFinding
from workbench.usecases.model_installation import install_builtin
from workbench.usecases.network_addresses import addresses

_LINKS = "Nothing else is contacted. Links open in your browser."


def doctor(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print the findings and return the exit code, 1 if any is NO. Raises HostError if installing the model fails."""
    if args.network:
        return _network(args, env)
    where = places(env)
    if args.install_model:
        path = install_builtin(where, env, lambda sentence: print(sentence, file=sys.stderr))
        print(f"The built-in model is installed in {path}.", file=sys.stderr)
    findings = []
    for finding in Checkup(database(args, env), where, env, __version__).findings():
        findings.append(finding)
        if not args.json:
            _print(finding)
    healthy = all(finding.level != "no" for finding in findings)
    if args.json:
        write_json({"healthy": healthy, "findings": [asdict(finding) for finding in findings]})
    return OK if healthy else FAILED


def _print(finding: CheckupFinding) -> None:
    print(f"{finding.level.upper():4}  {finding.name}: {finding.sentence}", flush=True)
    if finding.detail and finding.level != "ok":
        print("\n".join(f"      {line}" for line in finding.detail.splitlines()))


def _network(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    found = list(addresses(_endpoints(args, env), env, ProviderChoices(places(env).config)))
    if args.json:
        write_json({"addresses": [asdict(one) for one in found]})
        return OK
    for one in found:
        print("\t".join(map(one_line, (one.address, one.whose, one.when))))
    print(_LINKS, file=sys.stderr)
    return OK


def _endpoints(args: argparse.Namespace, env: Mapping[str, str]) -> list[Endpoint]:
    """Return the endpoints of the history, none if there is no history yet."""
    if getattr(args, "db", None) is None and not os.path.lexists(database(args, env)):
        return []
    workbench = open_workbench(args, env)
    try:
        return workbench.endpoints.custom()
    finally:
        workbench.close()
