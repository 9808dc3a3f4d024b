"""Build the draft to run from the arguments.

Invariant: prompts in the database are never changed. One is added only for a prompt file or pack that is run.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.output import complain
from workbench.cli.run_limits import keep_limits
from workbench.cli.text_arguments import text_of, values_of
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import LITELLM, Endpoint, Lane
from workbench.core.templates import content_variables
from workbench.core.visible_text import visible_note
from workbench.formats.imports.prompt_yml import FORMAT, PromptFile, PromptFileError, read_prompt_yml
from workbench.host.clock import utc_now
from workbench.host.files import read_file
from workbench.host.ids import new_uid
from workbench.usecases.model_names import model_name, pair, resolve_model, shadowed, slots, with_params
from workbench.usecases.new_prompt_lanes import new_prompt_lanes
from workbench.usecases.packs.importer import Action, PackImporter
from workbench.usecases.problems import RefusedError
from workbench.usecases.run_plan import check
from workbench.usecases.workbench import Workbench

if TYPE_CHECKING:
    from workbench.core.cases import Case
    from workbench.packs.pack_contents import PackPrompt

_MOST_BYTES = 64 * 1024 * 1024
"""Largest prompt file that is read."""
_MOST_NAME = 60
"""Characters of the name of a prompt that is given as text."""


@dataclass(frozen=True, slots=True)
class ChosenDraft:
    """The draft to run. `kept` is the stored draft, None if it is not stored; `notes` tell of omitted parts.

    `packed` is the prompt in the pack that was named, None if none was; `cases` are its cases as they are tested here.
    """

    prompt_uid: str
    name: str
    draft: Draft
    kept: Draft | None
    notes: tuple[str, ...] = ()
    packed: PackPrompt | None = None
    cases: tuple[Case, ...] = ()


def choose(workbench: Workbench, args: argparse.Namespace) -> ChosenDraft:
    """Return the prompt and the draft that the arguments name. Raises RefusedError, PromptFileError, PackError."""
    given, text = args.prompt, getattr(args, "text", None)
    if getattr(args, "pack", None) is not None:
        choice = from_pack(workbench, args.pack, given, args.case)
    elif text is not None:
        choice = _from_text(workbench, text, given, args)
    elif given is not None and given.endswith(FORMAT.extensions):
        choice = file_draft(workbench, Path(given))
    else:
        choice = from_database(workbench, given)
    draft = with_lanes(workbench, choice.draft, args.model, args.param)
    choice = replace(choice, draft=_with_values(workbench, choice.prompt_uid, draft, args.var))
    _refuse(choice.draft)
    if not args.over_limit:
        keep_limits(workbench, choice.prompt_uid, choice.draft)
    if choice.prompt_uid or choice.kept is None:
        return choice
    uid, made = workbench.prompts.create(choice.name, choice.kept)
    made.result()
    return replace(choice, prompt_uid=uid)


def _refuse(draft: Draft) -> None:
    """Raise RefusedError for a draft that cannot be run, naming the arguments that would help."""
    problem = check(draft)
    if problem is None:
        return
    if problem.lack is not None and problem.lack.values:
        names = problem.lack.values
        flags = " ".join(f"--var {name}=…" for name in names)
        what = f"The variable {{{{{names[0]}}}}} has no value" if len(names) == 1 else "Some variables have no value"
        raise RefusedError(f"{what}. Add {flags} to the command; an empty value is allowed.")
    raise RefusedError(problem.sentence, problem.detail)


def from_database(workbench: Workbench, name: str | None) -> ChosenDraft:
    """Return a prompt of the history, the sample for None. Raises RefusedError."""
    row = workbench.prompts.find(name) if name is not None else workbench.prompts.sample()
    draft = workbench.prompts.draft(row.uid)
    return ChosenDraft(row.uid, row.name, draft, draft)


def text_draft(workbench: Workbench, text: str, models: list[str]) -> Draft:
    """Return a draft with one message and the lanes of a new prompt; says which of these were left out, unless
    `models` replace them."""
    start = new_prompt_lanes(workbench.store)
    if start.sentence and not models:
        complain(start.sentence)
    return Draft(Content((Message("user", text),)), (), start.lanes)


def _from_text(workbench: Workbench, given: str, name: str | None, args: argparse.Namespace) -> ChosenDraft:
    """Return a prompt of this text; its uid is "" if the database has no prompt of its name."""
    if given == "-" and any(one.partition("=")[2] == "-" for one in args.var):
        raise RefusedError("Prompt and value cannot both come from standard input. Read one from a file: K=@FILE.")
    text = text_of(given, "the prompt").rstrip("\n")
    if not text.strip():
        raise RefusedError("The prompt is empty. Write one, such as “Translate to French: {{text}}”.")
    name = visible_note(name or _name_of(text))
    draft = text_draft(workbench, text, args.model)
    known = next((row for row in workbench.prompts.all() if row.name == name), None)
    if known is None:
        return ChosenDraft("", name, draft, draft)
    based_on = max(workbench.prompts.version_numbers(known.uid), default=None)
    return ChosenDraft(known.uid, known.name, replace(draft, based_on=based_on), None)


def _name_of(text: str) -> str:
    """Return the beginning of a text as the name of its prompt."""
    line = " ".join(text.split())
    return line if len(line) <= _MOST_NAME else f"{line[: _MOST_NAME - 1].rstrip()}…"


def file_draft(workbench: Workbench, path: Path) -> ChosenDraft:
    """Return the prompt of a file; its uid is "" if the database has no prompt of that name."""
    try:
        raw = read_file(path, _MOST_BYTES)
    except OSError as error:
        raise PromptFileError(f"The prompt file {path} cannot be read ({error.strerror}). Check its name.") from error
    file = read_prompt_yml(raw, path.name.split(".")[0])
    known = next((row for row in workbench.prompts.all() if row.name == visible_note(file.name)), None)
    based_on = None
    if known is not None:
        based_on = max(workbench.prompts.version_numbers(known.uid), default=None)
    draft = Draft(file.content, file.values, (_file_lane(workbench, file),), based_on)
    if known is not None:
        return ChosenDraft(known.uid, known.name, draft, None, file.notes)
    return ChosenDraft("", file.name, draft, draft, file.notes)


def from_pack(workbench: Workbench, path: Path, slug: str | None, case: str) -> ChosenDraft:
    """Return a prompt of a pack, importing it if the history does not have it."""
    importer = PackImporter(workbench.store, new_uid, utc_now)
    plan = importer.plan(path)
    slugs_ = [one.prompt.slug for one in plan.prompts]
    if (slug is None and len(slugs_) > 1) or slug not in (None, *slugs_):
        raise RefusedError(f"Name a prompt of this pack with --prompt. It has: {', '.join(slugs_)}.")
    planned = next(one for one in plan.prompts if slug in (None, one.prompt.slug))
    prompt = planned.prompt
    values = prompt.values
    if case:
        found = [one for one in prompt.cases if case in (one.name, one.uid)]
        if len(found) != 1:
            known = ", ".join(f"“{one.name or one.uid}”" for one in prompt.cases) or "none"
            raise RefusedError(f"There is not exactly one case “{case}” of {prompt.slug}. The cases are: {known}.")
        values = found[0].values
    uid = planned.uid
    if not uid:
        others: dict[str, Action] = {one: "skip" for one in slugs_ if one != prompt.slug}
        uid = importer.apply(plan, others).prompts[prompt.slug]
    else:
        importer.store_files(plan, planned)
    numbers = {version.hash: version.number for version in workbench.store.versions(uid)}
    known_hashes = [version.hash for version in prompt.versions]
    lanes = tuple(
        replace(lane, pinned=None if lane.pinned is None else numbers.get(known_hashes[lane.pinned - 1]))
        for lane in prompt.lanes
    )
    based_on = numbers.get(prompt.main, max(numbers.values(), default=None))
    draft = Draft(prompt.content, values, lanes, based_on)
    return ChosenDraft(uid, prompt.name, draft, None, plan.notes, prompt, importer.tested_cases(planned, uid))


def _file_lane(workbench: Workbench, file: PromptFile) -> Lane:
    endpoint, model = resolve_model(file.model or "builtin", workbench.endpoints.all())
    return Lane("a", endpoint, model, file.params)


def with_lanes(workbench: Workbench, draft: Draft, models: list[str], params: list[str]) -> Draft:
    """Return a draft with lanes for these models, if any, and with parameters ("K=V"). Raises RefusedError."""
    given = [pair(text, "a parameter") for text in params]
    lanes = draft.lanes
    if models:
        endpoints = workbench.endpoints.all()
        named = [resolve_model(text, endpoints) for text in models]
        for told in filter(None, (shadowed(text, endpoints) for text in models)):
            complain(told)
        for endpoint, model in named:
            _refuse_unknown(workbench, endpoint, model, endpoints)
        lanes = tuple(
            Lane(slot, endpoint, model) for slot, (endpoint, model) in zip(slots(len(named)), named, strict=True)
        )
    return replace(draft, lanes=tuple(replace(lane, params=with_params(lane.params, given)) for lane in lanes))


def judge_lane(workbench: Workbench, model: str) -> Lane:
    """Return the lane of a judge. Raises RefusedError if no endpoint or known provider serves the model."""
    (lane,) = with_lanes(workbench, Draft(), [model], []).lanes
    if lane.endpoint == LITELLM and not workbench.catalogue.provider_of(lane.model):
        name, slash, _ = lane.model.partition("/")
        endpoint = f"No endpoint here is called “{name}”, and " if slash else ""
        raise RefusedError(
            f"{endpoint}LiteLLM knows no model “{lane.model}”. “workbench models” lists models, and "
            "“workbench endpoints” your endpoints."
        )
    return lane


def _refuse_unknown(workbench: Workbench, endpoint: str, model: str, endpoints: list[Endpoint]) -> None:
    """Raise RefusedError for a name that LiteLLM cannot serve but that one of the user's endpoints has.

    The name is never completed or corrected: the closest match may be another company's model.
    """
    if endpoint != LITELLM or workbench.catalogue.provider_of(model):
        return
    owners = [one for one in endpoints if model in workbench.endpoints.known.get(one)]
    if owners:
        names = " or ".join(f"“{model_name(one, model)}”" for one in owners)
        raise RefusedError(f"LiteLLM knows no model “{model}”. Your own endpoint has one: write {names}.")


def _with_values(workbench: Workbench, prompt_uid: str, draft: Draft, variables: list[str]) -> Draft:
    given = values_of(variables)
    if draft.content.template == "plain":
        known = set(content_variables(draft.content)) | set(draft.value_map)
        for number in {lane.pinned for lane in draft.lanes if lane.pinned is not None}:
            known |= set(content_variables(workbench.store.version(prompt_uid, number).content))
        if unknown := [name for name in given if name not in known]:
            there = ", ".join(sorted(known)) or "none"
            raise RefusedError(f"This prompt has no variable “{unknown[0]}”. It has: {there}.")
    return replace(draft, values=tuple({**draft.value_map, **given}.items()))
