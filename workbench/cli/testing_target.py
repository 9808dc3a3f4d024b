"""Find what the arguments of `workbench test` name: a prompt with its cases, checks and columns.

Invariant: a prompt of the history is not changed. A pack or a file of another tool is imported if the history does not
have it; the same file belongs to the same prompt, so that a second start finds the answers of the first.
"""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.draft_arguments import from_database, from_pack, judge_lane, with_lanes
from workbench.core.cases import Case
from workbench.core.drafts import Draft
from workbench.core.judging.grading_options import without_judge
from workbench.core.lanes import ECHO, ECHO_MODEL, LITELLM, Lane
from workbench.core.testing.settings import SuiteBudget, SuiteSettings
from workbench.core.testing.vote import FEWEST_SAMPLES
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.usecases.problems import RefusedError
from workbench.usecases.testing.plan import filtered, with_one_slot_each
from workbench.usecases.workbench import Workbench

if TYPE_CHECKING:
    from workbench.core.testing.imported_suite import ImportedSuite, SuitePrompt

_PACK = ".promptpack"
_SUITES = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class SuiteTarget:
    """What to test: `settings` has checks, columns, samples and budget; `notes` say what was left out.

    `left_out` are those of the notes that are about prompts and cases which are not tested.
    """

    prompt_uid: str
    name: str
    draft: Draft
    cases: tuple[Case, ...]
    settings: SuiteSettings
    concurrency: int | None = None
    notes: tuple[str, ...] = field(default=())
    left_out: tuple[str, ...] = ()


def targets(workbench: Workbench, args: argparse.Namespace, env: Mapping[str, str]) -> Iterator[SuiteTarget]:
    """Yield what to test, several for a file whose cases are not all for the same columns.

    Raises RefusedError, PackError, StoreError.
    """
    path = Path(args.target)
    if (
        path.suffix in _SUITES
        and not path.is_file()
        and all(row.name != args.target for row in workbench.prompts.all())
    ):
        raise RefusedError(f"There is no file “{path}”. Check its name and its folder.")
    if path.suffix in _SUITES and path.is_file():
        _check_suite(args)
        found = _of_suite(workbench, args, path, env)
    else:
        found = iter((_of_prompt(workbench, args, path),))
    for target in found:
        yield _with_judges(workbench, _with_arguments(target, args), args)


def _check_suite(args: argparse.Namespace) -> None:
    """Raise RefusedError for arguments that a file of another tool has no use for."""
    if args.version:
        raise RefusedError("--version is for prompts of the history; a file says itself which prompts are tested.")
    if args.param and not args.model:
        raise RefusedError(
            "A file says itself which parameters its models get. To set others, name models with --model."
        )
    if args.prompt:
        raise RefusedError("--prompt chooses a prompt of a pack; a file says itself which prompts are tested.")


def _of_prompt(workbench: Workbench, args: argparse.Namespace, path: Path) -> SuiteTarget:
    names = {row.name for row in workbench.prompts.all()}
    is_pack = path.suffix == _PACK or (path.is_dir() and args.target not in names)
    chosen = from_pack(workbench, path, args.prompt, "") if is_pack else from_database(workbench, args.target)
    uid = chosen.prompt_uid
    settings = workbench.store.tests.settings(uid)
    columns = settings.columns or chosen.draft.run_lanes
    lanes = with_lanes(workbench, replace(chosen.draft, lanes=columns), args.model, args.param).lanes
    if args.version:
        lanes = tuple(
            replace(lane, pinned=_version(workbench, uid, name)) for name in args.version for lane in _unpinned(lanes)
        )
    settings = replace(settings, columns=with_one_slot_each(lanes), baseline="" if args.model else settings.baseline)
    if chosen.packed is not None:
        # What the pack says now: it may have been edited since the history has its prompt.
        settings = replace(settings, checks=chosen.packed.checks, threshold=chosen.packed.threshold)
        return SuiteTarget(uid, chosen.name, chosen.draft, chosen.cases, settings, notes=chosen.notes)
    return SuiteTarget(uid, chosen.name, chosen.draft, workbench.store.packs.cases(uid), settings, notes=chosen.notes)


def _unpinned(lanes: tuple[Lane, ...]) -> tuple[Lane, ...]:
    """Return the lanes without versions, each once."""
    return tuple({(one.endpoint, one.model, one.params): replace(one, pinned=None) for one in lanes}.values())


def _version(workbench: Workbench, prompt_uid: str, name: str) -> int:
    number = workbench.store.version_named(prompt_uid, name)
    if number is None:
        known = ", ".join(list(workbench.store.version_names(prompt_uid).values())[:10]) or "only a draft"
        raise RefusedError(f"This prompt has no version “{name}”. It has: {known}.")
    return number


def _of_suite(
    workbench: Workbench, args: argparse.Namespace, path: Path, env: Mapping[str, str]
) -> Iterator[SuiteTarget]:
    # Readers of other tools' files are imported only for such a file.
    from workbench.usecases.exchange.suite_files import read_suite

    suite = read_suite(path, {name: env[name] for name in args.env if name in env})
    for body, media_type in suite.files:
        workbench.store.add_blob(body, media_type).result()
    uid = _prompt_of(workbench, path, suite)
    numbers = [_stored(workbench, uid, prompt) for prompt in suite.prompts]
    losses = [one.words for one in suite.losses]
    groups = suite.groups()
    if not groups and not args.model:
        raise RefusedError("No column of this file can be asked here. Name a model with --model.", "\n".join(losses))
    first, left_out = True, suite.left_out(by_columns=not args.model)
    for cells, cases in _grids(workbench, args, suite, numbers):
        settings = SuiteSettings(suite.checks, suite.threshold, with_one_slot_each(cells), samples=suite.samples)
        draft = workbench.prompts.draft(uid)
        notes = tuple(losses) if first else ()
        first = False
        yield SuiteTarget(uid, suite.name, draft, cases, settings, suite.concurrency, notes, left_out)


def _grids(
    workbench: Workbench, args: argparse.Namespace, suite: ImportedSuite, numbers: list[int]
) -> Iterator[tuple[tuple[Lane, ...], tuple[Case, ...]]]:
    """Yield columns and the cases that are for all of them."""
    if args.model:
        by_prompts: dict[tuple[int, ...], list[Case]] = {}
        for one in suite.cases:
            by_prompts.setdefault(one.prompts, []).append(one.case)
        lanes = with_lanes(workbench, Draft(), args.model, args.param).lanes
        for prompts, cases in by_prompts.items():
            pinned = tuple(replace(lane, pinned=numbers[prompt]) for prompt in prompts for lane in lanes)
            yield pinned, tuple(cases)
        return
    for group in suite.groups():
        yield tuple(_column(suite, prompt, column, numbers) for prompt, column in group.cells), group.cases


def _column(suite: ImportedSuite, prompt: int, column: int, numbers: list[int]) -> Lane:
    asked = suite.columns[column]
    if asked.address:
        raise RefusedError(
            f"{asked.title} asks for the address {asked.address}. Add it in Settings → Endpoints, then name its model "
            "with --model."
        )
    endpoint, model = (ECHO, ECHO_MODEL) if asked.endpoint == "echo" else (LITELLM, asked.model)
    return Lane("", endpoint, model, asked.params, numbers[prompt], asked.label)


def _prompt_of(workbench: Workbench, path: Path, suite: ImportedSuite) -> str:
    """Return the prompt that belongs to a file, making it if the history does not have it."""
    uid = str(uuid.uuid5(uuid.NAMESPACE_URL, path.resolve().as_uri()))
    if all(row.uid != uid for row in (*workbench.prompts.all(), *workbench.prompts.all(archived=True))):
        content = suite.prompts[0].content
        _, made = workbench.prompts.create(suite.name or path.name, Draft(content), uid=uid)
        made.result()
    return uid


def _stored(workbench: Workbench, prompt_uid: str, prompt: SuitePrompt) -> int:
    """Return the number of the version with the content of a prompt, adding it if the history does not have it."""
    added = workbench.store.add_version(prompt_uid, new_uid(), prompt.content, None, utc_now(), prompt.title)
    return added.result().number


def _with_arguments(target: SuiteTarget, args: argparse.Namespace) -> SuiteTarget:
    settings, kept = target.settings, target.settings.budget
    budget = SuiteBudget(
        args.budget if args.budget is not None else kept.usd,
        args.max_calls if args.max_calls is not None else kept.calls,
        kept.minutes,
    )
    least = FEWEST_SAMPLES if args.vote else 1
    settings = replace(
        settings,
        samples=args.repeat or max(least, settings.samples),
        vote=tuple(lane.slot for lane in settings.columns) if args.vote else settings.vote,
        budget=budget,
        margin=rate(args.margin, "--margin") if args.margin else settings.margin,
    )
    cases = filtered(target.cases, args.filter)
    if target.cases and not cases:
        raise RefusedError(f"No case matches “{args.filter}”. Use words of a name or value, or tag:NAME.")
    return replace(target, settings=settings, cases=cases, concurrency=args.concurrency or target.concurrency)


def _with_judges(workbench: Workbench, target: SuiteTarget, args: argparse.Namespace) -> SuiteTarget:
    """Return what to test with the judges that the arguments name. Raises RefusedError."""
    judge, settings, cases = target.settings.judge, target.settings, target.cases
    if args.judge:
        judge = replace(judge, lane=judge_lane(workbench, args.judge), decides=args.judge_probability)
        settings = replace(settings, checks=tuple(map(without_judge, settings.checks)))
        cases = tuple(replace(case, checks=tuple(map(without_judge, case.checks))) for case in cases)
    elif args.judge_probability:
        if judge.lane is None:
            raise RefusedError("No judge model is chosen to ask for a probability. Name a decision model with --judge.")
        judge = replace(judge, decides=True)
    if args.judge_vectors:
        judge = replace(judge, embedding=judge_lane(workbench, args.judge_vectors))
    return replace(target, settings=replace(settings, judge=judge), cases=cases)


def rate(text: str, argument: str) -> float:
    """Return a rate written as "90%" or "0.9". Raises RefusedError."""
    number = text.strip().removesuffix("%")
    try:
        value = float(number) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        value = -1.0
    if value > 1 and not text.strip().endswith("%") and value <= 100:
        raise RefusedError(f"{argument} is a rate from 0 to 1, or a percentage: write {text.strip()}%.")
    if not 0 <= value <= 1:
        raise RefusedError(f"{argument} is a rate such as 90% or 0.9, not “{text}”.")
    return value
