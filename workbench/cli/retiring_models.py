"""`workbench models --retiring`: the models in use that are retired or will be soon.

A line has the model, its date and its successor; indented lines below it say where it is used. The JSON document, in
ASCII:

    {"source", "today": date, "models": [{"model", "retires": date, "retired": true or false, "successor": id or null,
     "uses": [{"kind": lane, column, winner, label or pack, "prompt", "name": of label or pack, or null, "count"}]}]}

Invariant: no request is sent, and nothing is written.
"""

from __future__ import annotations

import argparse
import shlex
import sys

from workbench.cli.database_arguments import for_database
from workbench.cli.exit_codes import OK
from workbench.cli.output import one_line, write_json
from workbench.core.retirement import SOON
from workbench.usecases.retirement_radar import RetiringModel, radar, source
from workbench.usecases.workbench import Workbench

_MOST_RUNS = 500


def retiring_models(workbench: Workbench, args: argparse.Namespace) -> int:
    """Print the models in use that are retired or will be soon. Raises StoreError."""
    today = workbench.today()
    terms = " ".join(args.query).casefold().split()
    found = [
        one
        for one in radar(workbench.store, workbench.catalogue.get(), today)
        if all(term in " ".join((one.model, one.successor, *one.places)).casefold() for term in terms)
    ]
    if args.json:
        models = [{"model": one.model, **one.to_json()} for one in found]
        write_json({"source": source(), "today": today.isoformat(), "models": models})
        return OK
    for one in found:
        print(_line(one))
        for place in one.places:
            print(f"  {one_line(place)}")
        for uid, name in one.prompts if one.successor else ():
            if command := _test(workbench, one, uid, name):
                print(f"  test the successor: {one_line(for_database(args, command))}")
    if not found:
        matching = " that match" if terms else ""
        print(f"No models in use{matching} are retired or retire within {SOON.days} days.", file=sys.stderr)
    else:
        print(f"Dates and successors: {source()}.", file=sys.stderr)
    return OK


def _test(workbench: Workbench, one: RetiringModel, prompt_uid: str, name: str) -> str:
    """Return the command that tests the successor against the newest test whose baseline is the model; without such a
    test, one that asks both models; "" if that is not possible any more."""
    test, new = f"workbench test {shlex.quote(name)}", shlex.quote(one.successor)
    for run in workbench.store.tests.runs(prompt_uid, _MOST_RUNS):
        lane = run.columns[run.baseline].lane
        if run.scoring_uid and not run.probe and run.set_name == "tuning" and lane.model == one.model:
            return f"{test} --model {new} --no-worse-than {run.number}"
    return "" if one.is_retired else f"{test} --model {shlex.quote(one.model)} --model {new}"


def _line(one: RetiringModel) -> str:
    successor = f"successor {one.successor}" if one.successor else "no successor listed"
    return "\t".join(map(one_line, (one.model, one.note, successor)))
