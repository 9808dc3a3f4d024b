"""The `workbench` command.

Invariant: every error is a sentence on stderr. Exit codes: 0 success, 1 an output or check failed, or nothing was
found, 2 wrong use, 3 the budget of a test was reached, 130 stopped with Ctrl+C (128 + signal for other signals), 141
the reader closed the output's pipe.
"""

from __future__ import annotations

import argparse
import atexit
import errno
import gc
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from workbench import __version__
from workbench.cli.command_table import row_of
from workbench.cli.exit_codes import FAILED, OK, UNREAD, WRONG_USE
from workbench.cli.parser import make_parser
from workbench.host import faults
from workbench.host.core_dumps import forbid_core_dumps
from workbench.host.dirs import ensure_home, places
from workbench.host.errors import HostError
from workbench.host.terminal import safe_streams

_OF_OTHER_FILES = ("import", "restore", "salvage")
"""`workbench history` commands that also read another file; a file error is then about that file."""
# Errors of writing to a file to which stdout is redirected. Other writes raise errors of their own.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


class TerminatedError(KeyboardInterrupt):
    """Raised by the handler of a signal that ends the command."""

    def __init__(self, signum: int) -> None:
        super().__init__()
        self.signum = signum


def main(argv: Sequence[str] | None = None, env: Mapping[str, str] | None = None) -> int:
    """Run the command and return its exit code."""
    # Python would look for garbage among all objects when it exits, which takes 60 ms.
    atexit.register(gc.freeze)
    with safe_streams():
        return _main(argv, os.environ if env is None else env)


def _main(argv: Sequence[str] | None, env: Mapping[str, str]) -> int:
    parser = make_parser()
    try:
        args = parser.parse_args(argv)
    except SystemExit as error:
        return error.code if isinstance(error.code, int) else WRONG_USE
    if args.command is None:
        parser.print_help()
        return OK
    row = row_of(args)
    _end_politely()
    forbid_core_dumps()
    try:
        ensure_home(os.environ)
        end = faults.watch(places(env).state, "terminal", __version__, _tell_fault)
    except HostError as error:
        return _complain(error, args, env)
    try:
        return row.load()(args, env)
    except TerminatedError as error:
        return 128 + error.signum
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        _write_nowhere()
        return UNREAD
    except Exception as error:  # noqa: BLE001 - the last place where an error can become a sentence
        if isinstance(error, OSError) and error.filename is None and error.errno in _NO_ROOM:
            _write_nowhere()
            error = _unwritten(error, is_recorded=getattr(args, "is_recorded", False))
        return _complain(error, args, env)
    finally:
        end()


def _tell_fault(report: str, log: Path | None) -> None:
    from workbench.cli.output import complain
    from workbench.usecases.problems import fault_problem

    complain(fault_problem(report, log).sentence)


def _as_damage(error: Exception, args: argparse.Namespace, env: Mapping[str, str]) -> Exception:
    """Return `error`, or damage instead if a damaged header makes a history look like another program's file."""
    from workbench.cli.database_arguments import database
    from workbench.store.errors import StoreError, failure
    from workbench.usecases.history_replacement import is_damaged

    if (
        not isinstance(error, StoreError)
        or error.code != "not_a_database"
        or not is_damaged(error, database(args, env))
    ):
        return error
    return failure("corrupt", error.detail)


def _complain(error: Exception, args: argparse.Namespace, env: Mapping[str, str]) -> int:
    from workbench.cli.database_arguments import NoHistoryError, way_out
    from workbench.cli.output import complain
    from workbench.formats.imports.prompt_yml import PromptFileError
    from workbench.packs.errors import PackError
    from workbench.store.errors import MISUSE, StoreError
    from workbench.usecases.problems import Problem, RefusedError, problem_of

    is_of_other_file = getattr(args, "what", "") in _OF_OTHER_FILES
    if isinstance(error, NoHistoryError) and (listed := row_of(args).lists):
        return _list_nothing(error, listed, as_json=args.json)
    if not is_of_other_file:
        error = _as_damage(error, args, env)
    if isinstance(error, PromptFileError):
        problem = Problem(error.sentence, error.detail)
    else:
        problem = problem_of(error)
    complain(problem.sentence, problem.detail)
    if isinstance(error, StoreError) and error.is_of_file and not is_of_other_file:
        complain(way_out(args))
    misuse = isinstance(error, RefusedError | PromptFileError | PackError) or (
        isinstance(error, StoreError) and error.code in MISUSE
    )
    return WRONG_USE if misuse else FAILED


def _list_nothing(error: Exception, listed: str, *, as_json: bool) -> int:
    """Say that there is nothing to list yet, which is no error."""
    from workbench.cli.output import write_json

    if as_json:
        write_json({listed: []})
    print(error, file=sys.stderr)
    return OK


def _unwritten(error: OSError, *, is_recorded: bool) -> Exception:
    from workbench.host.errors import HostError, explain

    kept = " The answers are in the history." if is_recorded else ""
    return HostError(f"The output cannot be written. Make room or send it elsewhere.{kept}", explain(error))


def _write_nowhere() -> None:
    """Redirect stdout to the null device, so that the interpreter's flush at exit does not fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end_politely() -> None:
    """Make SIGTERM and SIGHUP stop runs as Ctrl+C does, with their text saved."""

    def stop(signum: int, frame: FrameType | None) -> None:
        raise TerminatedError(signum)

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)


if __name__ == "__main__":
    sys.exit(main())
