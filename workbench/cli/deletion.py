"""`workbench history delete`: delete runs so that they can be brought back, bring them back, or delete them for good.

The JSON document, in ASCII:

    {"runs": number, "tests": number of test runs among them, "what": words, "effects": [sentence], "sentence",
     "deleted": "hidden" | "back" | "for good" | "" for a preview}

Invariant: what a deletion for good would do is printed before it is done, and with --preview instead of it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from contextlib import closing

from workbench.cli.database_arguments import open_workbench
from workbench.cli.exit_codes import OK
from workbench.cli.output import one_line, write_json
from workbench.cli.run_arguments import whole_uid
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.usecases.deletion import DeletionOutlook, Eraser, PurgeTargets
from workbench.usecases.problems import RefusedError


def delete(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Delete runs and return the exit code. Raises StoreError, HostError, RefusedError."""
    if args.with_backups and not args.for_good:
        raise RefusedError("--with-backups needs --for-good: runs that can be brought back stay in backups.")
    if args.back and args.for_good:
        raise RefusedError("Choose one: --back brings runs back, --for-good deletes them for good.")
    with closing(open_workbench(args, env)) as workbench:
        uids = tuple(dict.fromkeys(whole_uid(workbench, beginning) for beginning in args.ids))
        eraser = Eraser(workbench.store, utc_now, new_uid)
        outlook = eraser.look(PurgeTargets(uids))
        if args.preview:
            return _say(args, outlook, "", "Nothing was deleted.")
        if not args.for_good:
            eraser.delete(uids, not args.back).result()
            did = "back in the history" if args.back else "deleted; --back brings it back"
            did = did if len(uids) == 1 else did.replace("brings it", "brings them")
            sentence = f"{outlook.what} {outlook.verb} {did}."
            return _say(args, outlook, "back" if args.back else "hidden", sentence)
        _print_effects(args, outlook)
        done = eraser.erase(
            outlook, with_copies=args.with_backups, tell=lambda said: print(one_line(said), file=sys.stderr)
        )
        return _say(args, outlook, "for good", done.sentence)


def _print_effects(args: argparse.Namespace, outlook: DeletionOutlook) -> None:
    if not args.json:
        for sentence in outlook.sentences():
            print(one_line(sentence))


def _say(args: argparse.Namespace, outlook: DeletionOutlook, deleted: str, sentence: str) -> int:
    if args.json:
        extent = outlook.extent
        effects = outlook.sentences() if deleted in ("", "for good") else []
        write_json(
            {
                "runs": extent.runs,
                "tests": extent.tests,
                "what": outlook.what,
                "effects": effects,
                "sentence": sentence,
                "deleted": deleted,
            }
        )
        return OK
    if not deleted:
        print(one_line(f"{outlook.what}:"))
        _print_effects(args, outlook)
    print(one_line(sentence))
    return OK
