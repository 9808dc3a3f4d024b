"""`workbench run`: stream the lanes of a prompt and record the iteration.

Invariant: whenever the command ends, except by SIGKILL, the answers so far are in the database or reported as unsaved.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Mapping

from workbench.cli.address_confirmation import confirm_addresses
from workbench.cli.answers import answers
from workbench.cli.database_arguments import open_workbench
from workbench.cli.draft_arguments import ChosenDraft, choose
from workbench.cli.exit_codes import FAILED, OK
from workbench.cli.output import InterleavedLanes, LaneOutput, LanePrinter, LanesInTurn, complain, one_line, write_json
from workbench.cli.report import document, summary
from workbench.usecases.problems import unsaved_sentence
from workbench.usecases.run_handle import RunHandle
from workbench.usecases.run_listeners import RunListener
from workbench.usecases.workbench import Workbench

_LOOK_EVERY_S = 0.03
_STOP_WITHIN_S = 5.0


class _Complaints(RunListener):
    """Prints problems that belong to no output to stderr."""

    def on_problem(self, sentence: str, detail: str) -> None:
        complain(sentence, detail)


def run(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Run a prompt and return the exit code. Raises an error if the run cannot start."""
    workbench = open_workbench(args, env, makes=True)
    choice, handle, is_stopped = None, None, False
    try:
        workbench.add_listener(_Complaints())
        workbench.engine.start()
        if recovered := workbench.recovery.result():
            print(one_line(recovered), file=sys.stderr)
        choice = choose(workbench, args)
        for note in choice.notes:
            print(one_line(note), file=sys.stderr)
        confirm_addresses(workbench, choice.draft.run_lanes, args.confirm_address)
        handle = workbench.runner.start_iteration(
            choice.prompt_uid, choice.draft, based_on=choice.draft.based_on, note=args.note
        )
        _follow(handle, _printer(choice, handle, env) if not args.json else None)
        if handle.problem is not None:
            return FAILED
        _keep_base(workbench, choice, handle)
    except KeyboardInterrupt:
        print("Stopping; partial output is kept.", file=sys.stderr)
        if choice is not None and handle is not None:
            workbench.runner.stop_all(handle.run_uid)
            is_stopped = handle.wait(_STOP_WITHIN_S)
        raise
    finally:
        unsaved = workbench.close()
        if unsaved:
            complain(unsaved_sentence(unsaved))
        args.is_recorded = handle is not None and handle.began is not None and not unsaved
        if is_stopped and choice is not None and handle is not None:
            print(summary(choice, handle, unsaved), file=sys.stderr)
    if args.json:
        write_json(document(choice, handle))
    sys.stdout.flush()
    print(summary(choice, handle, unsaved), file=sys.stderr)
    fine = all(t.result is not None and t.result.state == "finished" for t in handle.transcripts)
    return OK if fine and not unsaved else FAILED


def _follow(handle: RunHandle, printer: LanePrinter | None) -> None:
    """Print text as it arrives, until the run has ended."""
    done = False
    while not done:
        done = handle.wait(_LOOK_EVERY_S)
        if printer is not None and handle.problem is None:
            printer.look()


def _keep_base(workbench: Workbench, choice: ChosenDraft, handle: RunHandle) -> None:
    """Base the stored draft on the version that its text became, unless the draft has been edited since."""
    number = handle.began.version_number if handle.began is not None else None
    if choice.kept is None or number is None or choice.kept.content != choice.draft.content:
        return
    if choice.kept.based_on != number and workbench.prompts.draft(choice.prompt_uid) == choice.kept:
        workbench.prompts.rebase(choice.prompt_uid, choice.kept, number)


def _printer(choice: ChosenDraft, handle: RunHandle, env: Mapping[str, str]) -> LanePrinter:
    lanes = [LaneOutput(asked.name, asked.transcript) for asked in answers(choice.draft, handle)]
    if not sys.stdout.isatty():
        return LanesInTurn(lanes, sys.stdout)
    colour = not env.get("NO_COLOR") and env.get("TERM") != "dumb"
    return InterleavedLanes(lanes, sys.stdout, width=shutil.get_terminal_size().columns, colour=colour)
