"""`workbench test`: test a prompt with its cases, and hold a bar.

Invariant: the exit code is 0 only if the bar was held by scored answers. Whenever the command ends, except by SIGKILL,
the answers so far are in the history; a second start asks only what is missing.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TextIO

from workbench.cli.address_confirmation import confirm_addresses
from workbench.cli.database_arguments import open_workbench
from workbench.cli.exit_codes import BUDGET_REACHED, FAILED, OK
from workbench.cli.output import complain, one_line, write_over
from workbench.cli.testing_ages import aged
from workbench.cli.testing_guards import rest, test_guards
from workbench.cli.testing_printer import ReportPrinter
from workbench.cli.testing_target import SuiteTarget, rate, targets
from workbench.core.lanes import MOST_SAMPLES
from workbench.core.testing.goals import RunGoals
from workbench.core.testing.grid import SuiteRun
from workbench.core.testing.settings import SuiteBudget
from workbench.core.testing.vote import FEWEST_SAMPLES
from workbench.usecases.problems import RefusedError, unsaved_sentence
from workbench.usecases.run_listeners import RunListener
from workbench.usecases.testing.progress import SuiteHandle, SuiteProgress
from workbench.usecases.workbench import Workbench

if TYPE_CHECKING:
    from workbench.core.testing.report import ReportCells, SuiteReport
    from workbench.usecases.testing.plan import RoundChoice

_LOOK_EVERY_S = 0.1
_LINE_EVERY_S = 10.0
_STOP_WITHIN_S = 10.0
_MOST_RUNS = 10_000
_CODES = {"held": OK, "none": OK, "budget_reached": BUDGET_REACHED}


class _Complaints(RunListener):
    """Prints problems to stderr."""

    def on_problem(self, sentence: str, detail: str) -> None:
        complain(sentence, detail)


class ProgressPrinter:
    """Prints progress on a terminal in one line that is rewritten, in a pipe as a line now and then."""

    def __init__(self, out: TextIO, *, is_terminal: bool) -> None:
        self._out = out
        self._is_terminal = is_terminal
        self._said = ""
        self._said_at = time.monotonic()

    def show(self, progress: SuiteProgress) -> None:
        """Print the progress if it is new."""
        said = progress.sentence
        if said == self._said:
            return
        now = time.monotonic()
        if not self._is_terminal and now - self._said_at < _LINE_EVERY_S and not progress.has_ended:
            return
        if self._is_terminal:
            said, blank = one_line(said), " " * max(0, len(self._said) - len(said))
            write_over(said + blank, self._out)
        else:
            print(one_line(said), file=self._out)
        self._said, self._said_at = said, now

    def close(self) -> None:
        """End the line."""
        if self._is_terminal and self._said:
            print(file=self._out)


def test(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Run the tests and return the exit code. Raises an error if they cannot start."""
    _check(args)
    workbench = open_workbench(args, env, makes=True)
    codes: list[int] = []
    printer = ReportPrinter(sys.stdout, as_json=args.json)
    try:
        workbench.add_listener(_Complaints())
        workbench.engine.start()
        # The checking process starts beside the engine.
        workbench.tests.scorer.warm()
        if recovered := workbench.recovery.result():
            print(one_line(recovered), file=sys.stderr)
        left: SuiteBudget | None = None
        round_: RoundChoice = "fresh" if args.fresh or args.is_try else "continue"
        for number, found in enumerate(targets(workbench, args, env)):
            # A file of several grids has one budget and one round for all.
            target = found if left is None else replace(found, settings=replace(found.settings, budget=left))
            code, left, recorded = _test_one(workbench, target, args, number, round_, printer)
            if recorded and round_ == "fresh":
                round_ = workbench.store.tests.run(recorded).round
            codes.append(code)
            if args.guards and code != BUDGET_REACHED:
                codes.extend(test_guards(workbench, target, left, follow, max_age=args.max_age, printer=printer))
        printer.finish()
    finally:
        unsaved = workbench.close()
        if unsaved:
            complain(unsaved_sentence(unsaved))
        args.is_recorded = bool(codes) and not unsaved
        printer.end()
    return FAILED if unsaved else max(codes, default=FAILED)


def _check(args: argparse.Namespace) -> None:
    for name in ("repeat", "concurrency", "max_calls", "max_age"):
        if (number := getattr(args, name)) is not None and number < 1:
            raise RefusedError(f"--{name.replace('_', '-')} must be 1 or more.")
    if args.repeat is not None and args.repeat > MOST_SAMPLES:
        raise RefusedError(f"--repeat must be at most {MOST_SAMPLES}.")
    if args.vote and args.repeat is not None and args.repeat < FEWEST_SAMPLES:
        raise RefusedError(f"--vote needs --repeat {FEWEST_SAMPLES} or more: fewer answers have no majority.")
    if args.vote and args.is_try:
        raise RefusedError("--try compares single answers: leave out --vote.")
    for name in ("fail_under", "baseline", "no_worse_than", "margin"):
        # A variable of a pipeline that is not set must not lower the bar.
        if getattr(args, name) == "":
            raise RefusedError(f"--{name.replace('_', '-')} needs a value, or leave it out.")
    if args.hold_out and args.filter:
        raise RefusedError("The hold-out is tested as a whole: only totals of it are shown. Leave out --filter.")
    for path in (args.junit, args.markdown):
        if path is not None:
            from workbench.usecases.testing.report_files import check_target

            check_target(path)
    if args.budget is not None and not args.budget >= 0:
        raise RefusedError("--budget must be 0 or more dollars.")
    if args.baseline and args.no_worse_than:
        raise RefusedError("Name one run to compare with: --baseline or --no-worse-than.")
    if args.is_try and (args.baseline or args.no_worse_than or args.filter):
        raise RefusedError("--try compares two columns on all cases: leave out --baseline, --no-worse-than, --filter.")
    if args.margin and not args.no_worse_than:
        raise RefusedError("--margin needs --no-worse-than RUN.")
    if args.margin and rate(args.margin, "--margin") in (0.0, 1.0):
        raise RefusedError("--margin must be above 0 and below 100%.")
    if args.fail_under:
        rate(args.fail_under, "--fail-under")


def _test_one(
    workbench: Workbench,
    target: SuiteTarget,
    args: argparse.Namespace,
    number: int,
    round_: RoundChoice,
    printer: ReportPrinter,
) -> tuple[int, SuiteBudget, str]:
    """Return the exit code of one test, what is left of its budget, and its run, "" if it is not in the history."""
    for note in target.notes:
        print(one_line(note), file=sys.stderr)
    tests = workbench.tests
    with_run = args.baseline or args.no_worse_than
    other = _run_named(workbench, target.prompt_uid, with_run) if with_run else None
    settings = target.settings
    judges = (settings.judge.lane, settings.judge.embedding)
    lanes = (*settings.columns, *(lane for lane in judges if lane is not None))
    confirm_addresses(workbench, lanes, args.confirm_address)
    if args.is_try and len(settings.columns) != 2:
        raise RefusedError("--try compares two columns. Name two with --version or --model, the champion first.")
    if args.is_try:
        settings = replace(settings, baseline=settings.columns[0].slot)
    plan = tests.planner.plan(
        target.prompt_uid,
        target.draft,
        settings,
        target.cases,
        set_name="holdout" if args.hold_out else "tuning",
        round_=round_,
        concurrency=target.concurrency,
        goals=RunGoals(settings.difference, settings.margin, "try" if args.is_try else ""),
    )
    plan = aged(workbench, plan, args.max_age)
    judging = tests.estimator.judges(plan)
    for sentence in () if judging is None else judging.sentences:
        print(one_line(sentence), file=sys.stderr)
    began = time.monotonic()
    handle = tests.go_on_with(plan, failed_too=True)
    # Statistics import numpy, so this is done while calls are running.
    from workbench.usecases.testing.analysis import SuiteQuestion
    from workbench.usecases.testing.bar import SuiteBar

    follow(workbench, handle)
    if failure := handle.progress().failure:
        print(one_line(f"The last failed call: {failure}"), file=sys.stderr)
    if handle.problem is not None:
        # It is printed by now.
        return FAILED, rest(plan.budget, handle.progress()), handle.run_uid if handle.is_recorded else ""
    question = SuiteQuestion(
        baseline_run="" if other is None else other.uid,
        no_worse=bool(args.no_worse_than),
        bar=SuiteBar(
            rate(args.fail_under, "--fail-under") if args.fail_under else None,
            bool(args.no_worse_than),
            args.allow_unscored,
            args.allow_left_out,
        ),
        left_out=target.left_out,
        notes=target.notes,
    )
    report = tests.analyst.report(
        target.name, handle.run_uid, target.settings, question, handle.progress(), time.monotonic() - began
    )
    cells = partial(tests.analyst.cells, report.uid)
    printer.show(report, cells)
    _write_files(report, cells, args, number)
    return _CODES.get(report.bar, FAILED), rest(plan.budget, handle.progress()), handle.run_uid


def follow(workbench: Workbench, handle: SuiteHandle) -> None:
    """Print progress until the run has ended, and why it did not begin; Ctrl+C stops it and keeps what is answered."""
    printer = ProgressPrinter(sys.stderr, is_terminal=sys.stderr.isatty())
    try:
        while not handle.wait(_LOOK_EVERY_S):
            printer.show(handle.progress())
        if handle.problem is None:
            printer.show(handle.progress())
    except KeyboardInterrupt:
        printer.close()
        print("Stopping; what is answered is kept. Start again to continue.", file=sys.stderr)
        workbench.tests.stop(handle.run_uid)
        handle.wait(_STOP_WITHIN_S)
        raise
    printer.close()
    if handle.problem is not None and not handle.is_recorded:
        complain(handle.problem.sentence, handle.problem.detail)


def _run_named(workbench: Workbench, prompt_uid: str, name: str) -> SuiteRun:
    """Return a test run of a prompt by its number, or by its id or the beginning of it. Raises RefusedError."""
    runs = workbench.store.tests.runs(prompt_uid, _MOST_RUNS)
    number = name.removeprefix("#")
    found = [run for run in runs if number.isdecimal() and run.number == int(number)]
    found = found or [run for run in runs if run.uid.startswith(name)]
    if len(found) != 1:
        known = ", ".join(str(run.number) for run in runs[:10])
        raise RefusedError(
            f"There is not exactly one test run “{name}” of this prompt. "
            + (f"The newest are: {known}." if known else "It was never tested.")
        )
    return found[0]


def _write_files(report: SuiteReport, cells: Callable[[], ReportCells], args: argparse.Namespace, number: int) -> None:
    for path, format_ in ((args.junit, "junit"), (args.markdown, "markdown")):
        if path is not None:
            from workbench.usecases.testing.report_files import write_report

            # A file of several grids has a report for each.
            target = path if not number else path.with_stem(f"{path.stem}-{number + 1}")
            write_report(report, cells, format_, target)
