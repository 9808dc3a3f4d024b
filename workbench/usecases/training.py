"""Training files from judged and starred answers.

Invariant: reading changes nothing, and a file is written only after all its lines were checked against its format.
Answers of blind runs are excluded until they are judged, because only judged answers are used. Nothing that answers a
held-out case, or the values of a case in a guard set of the prompt, is used.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from workbench.core.content import Content
from workbench.core.rendered_content import RenderedRequest, assemble
from workbench.core.runs import IterationDetail, OutputRecord
from workbench.core.templates import content_variables, missing, render_plain, template_texts
from workbench.core.testing.case_identity import filled_values
from workbench.core.text import plural
from workbench.core.training import (
    Kind,
    TrainingRow,
    TrainingSplit,
    TrainingTurn,
    VerdictContradiction,
    prepare,
    turns_of,
    unwatched,
)
from workbench.engine.estimate import MESSAGE_OVERHEAD, tokens
from workbench.formats.training import FORMATS
from workbench.formats.training.format import TrainingFormat
from workbench.host.errors import HostError, explain
from workbench.packs.jinja import TemplateMistakeError
from workbench.packs.jinja_process import render_apart
from workbench.store import Store
from workbench.store.runs.ranking_queries import StoredOutput, StoredVerdict
from workbench.usecases.problems import RefusedError
from workbench.usecases.testing.holdout import HeldValues, guard_values, held_out_values

ChosenBy = Literal["winner", "starred", "both"]
_NOTHING: Mapping[ChosenBy, str] = {
    "winner": "nothing is judged. Mark winners first.",
    "starred": "nothing is starred. Star good answers first, in the menu of their lane.",
    "both": "nothing is judged or starred. Mark winners, or star answers in the menu of their lane.",
}
_WITHIN_S = 2.0
_CUT_OFF = frozenset({"length", "max_tokens", "content_filter"})
_FILES = ("train.jsonl", "validation.jsonl")


@dataclass(frozen=True, slots=True)
class TrainingCost:
    """Cost of training: estimated tokens of one pass over the training rows, and number of passes.

    `per_million` is dollars per million trained tokens, None if not given.
    """

    tokens: int
    epochs: int
    per_million: float | None

    @property
    def usd(self) -> float | None:
        """Total in dollars, None if unknown."""
        return None if self.per_million is None else self.tokens * self.epochs * self.per_million / 1e6

    @property
    def sentence(self) -> str:
        """The cost as text for the person."""
        passes = f"{self.epochs} {plural(self.epochs, 'epoch')}"
        said = f"About {self.tokens:,} tokens to train with, {self.tokens * self.epochs:,} in {passes}"
        if self.usd is None:
            return f"{said}. Enter the price per million tokens."
        return f"{said}: about ${self.usd:,.2f} at ${self.per_million:g} per million."


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """The lines of both files, and facts about them."""

    format: TrainingFormat
    train: tuple[str, ...]
    validation: tuple[str, ...]
    left_out: tuple[tuple[str, int], ...]
    contradictions: tuple[VerdictContradiction, ...]
    cost: TrainingCost
    share: float = 0.0
    reserves: tuple[tuple[str, int], ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for the person."""
        told = [f"Left out ({count:,}): {reason}." for reason, count in self.left_out]
        if self.format.least and len(self.train) < self.format.least:
            told.append(
                f"{_counted(len(self.train))} fewer than the {self.format.least} that the format needs. Judge more "
                "answers first."
            )
        told += [f"{reserve}: {count} of these rows." for reserve, count in self.reserves]
        if self.share and not self.validation:
            told.append(
                "There are no rows for validation: all rows have the same or nearly the same values, which must not be "
                "in both files."
            )
        return (*told, self.cost.sentence)


class Trainer:
    """Makes training files of one history. Methods block, so use them on worker threads; they raise StoreError."""

    def __init__(self, store: Store, watch: Callable[[], None] = unwatched) -> None:
        """`watch` is called repeatedly during `prepare`, and may raise to stop it."""
        self._store = store
        self._watch = watch
        self._details: dict[str, IterationDetail] = {}
        self._held: dict[str, HeldValues] = {}
        self._guards: dict[str, HeldValues] = {}
        self._asked: dict[tuple[Content, tuple[tuple[str, str], ...]], RenderedRequest | None] = {}
        self._contents: dict[tuple[str, int], Content | None] = {}

    def prepare(
        self,
        prompt_uid: str,
        format_name: str,
        chosen_by: ChosenBy = "winner",
        *,
        share: float = 0.1,
        seed: int = 0,
        epochs: int = 3,
        per_million: float | None = None,
    ) -> TrainingSet:
        """Return the training set, with `share` of the value sets for validation. Raises RefusedError if empty."""
        form = FORMATS[format_name]
        split = self.split(prompt_uid, form.kind, chosen_by, share=share, seed=seed)
        left_out = Counter(dict(split.left_out))
        train, validation = (self._taken(form, part, left_out) for part in (split.train, split.validation))
        check_rows(train, left_out, chosen_by)
        cost = TrainingCost(sum(row_tokens(row) for row, _ in train), epochs, per_million)
        return TrainingSet(
            form,
            tuple(line for _, line in train),
            tuple(line for _, line in validation),
            tuple(sorted(left_out.items())),
            split.contradictions,
            cost,
            share,
            _reserves(form, (*train, *validation)),
        )

    def split(self, prompt_uid: str, kind: Kind, chosen_by: ChosenBy, *, share: float, seed: int = 0) -> TrainingSplit:
        """Return the rows for training and validation, and what is left out. Raises RefusedError."""
        if kind == "preference" and chosen_by == "starred":
            raise RefusedError(
                "Preferences are pairs of a better and a worse answer, which only verdicts give: a star says nothing "
                "about other answers. Choose winners, or another format."
            )
        left_out: Counter[str] = Counter()
        rows = list(self._rows(prompt_uid, kind, chosen_by, left_out))
        split = prepare(rows, kind, share, seed, self._watch)
        left_out += Counter(dict(split.left_out))
        return replace(split, left_out=tuple(left_out.items()))

    def write(self, made: TrainingSet, folder: Path) -> tuple[Path, ...]:
        """Write train.jsonl, and validation.jsonl if it has lines; return the paths. Raises HostError.

        Existing files of these names are replaced, each atomically.
        """
        written = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, lines in zip(_FILES, (made.train, made.validation), strict=True):
                if lines:
                    write_lines(folder / name, lines)
                    written.append(folder / name)
                else:
                    # Old validation rows beside new training rows could be the same rows.
                    (folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise HostError(
                f"{folder} cannot be written. Make room, or choose another folder.", explain(error)
            ) from error
        return tuple(written)

    def _taken(
        self, form: TrainingFormat, rows: tuple[TrainingRow, ...], left_out: Counter[str]
    ) -> list[tuple[TrainingRow, str]]:
        """Return the rows that fit the format, each with its line."""
        taken = []
        for row in rows:
            data = form.line(row)
            if fault := form.fault(data):
                left_out[f"rows that {form.what} does not accept ({fault})"] += 1
            else:
                taken.append((row, json.dumps(data, ensure_ascii=False)))
        return taken

    def _rows(self, prompt_uid: str, kind: Kind, chosen_by: ChosenBy, left_out: Counter[str]) -> Iterator[TrainingRow]:
        verdicts = self._store.judgements.verdicts(prompt_uid) if chosen_by != "starred" else []
        starred = self._store.judgements.starred(prompt_uid) if chosen_by != "winner" and kind != "preference" else []
        # With the kind "chosen", a star marks a good answer even if another one won.
        stars = {output for _, output in starred} if kind == "chosen" else set()
        for verdict in verdicts:
            if verdict.kind == "tie":
                continue
            rows = {
                one.uid: self._row(prompt_uid, one.run, one.uid, _counter(kind, verdict, one, left_out))
                for one in verdict.outputs
                if one.place == 1 or one.uid not in stars
            }
            if kind == "preference":
                yield from _pairs(verdict, rows, left_out)
            else:
                yield from _judged(verdict, rows)
        for run, output in starred:
            if (row := self._row(prompt_uid, run, output, left_out)) is not None:
                yield row

    def _row(self, prompt_uid: str, run: str, output_uid: str, left_out: Counter[str]) -> TrainingRow | None:
        """Return an answer as a row with a positive label, None if it cannot be used for training."""
        detail = self._detail(run)
        output = next((one for one in detail.outputs if one.uid == output_uid), None)
        if output is None or filled_values(detail.sets[output.value_set].values) in self._held_out(prompt_uid):
            left_out["answers to cases of the hold-out"] += 1
            return None
        if filled_values(detail.sets[output.value_set].values) in self._of_guards(prompt_uid):
            left_out["answers to the values of cases in guard sets"] += 1
            return None
        if output.result.state != "finished" or output.result.finish_reason.lower() in _CUT_OFF:
            left_out["answers that were cut off or not finished"] += 1
            return None
        content = self._content(prompt_uid, detail, output)
        if content is None:
            left_out["answers to versions that a newer release made"] += 1
            return None
        if any(message.attachments for message in content.messages):
            left_out["answers to prompts with files"] += 1
            return None
        values = detail.sets[output.value_set].values
        if (rendered := self._rendered(content, values)) is None:
            left_out["answers to prompts that cannot be rendered any more"] += 1
            return None
        about = "\n".join(f"{name}: {value}" for name, value in values)
        prompt = tuple(TrainingTurn(message.role, message.text) for message in rendered.messages)
        completion = turns_of(output.result.steps, output.result.text)
        given = tuple((name, dict(values)[name]) for name in content_variables(content) if name in dict(values))
        return TrainingRow(output.uid, _hash(values), about, prompt, completion, tools=rendered.tools, given=given)

    def _rendered(self, content: Content, values: tuple[tuple[str, str], ...]) -> RenderedRequest | None:
        """Return the messages of a content with values, cached because a Jinja template needs a process."""
        key = content, values
        if key not in self._asked:
            self._asked[key] = _rendered(content, dict(values))
        return self._asked[key]

    def _held_out(self, prompt_uid: str) -> HeldValues:
        """Return the values of the held-out cases: an answer to equal ones would train for the test."""
        if prompt_uid not in self._held:
            self._held[prompt_uid] = held_out_values(self._store, prompt_uid)
        return self._held[prompt_uid]

    def _of_guards(self, prompt_uid: str) -> HeldValues:
        """Return the values of the cases in guard sets: a model that saw them would pass them by heart."""
        if prompt_uid not in self._guards:
            self._guards[prompt_uid] = guard_values(self._store, prompt_uid)
        return self._guards[prompt_uid]

    def _detail(self, run: str) -> IterationDetail:
        self._watch()
        if run not in self._details:
            self._details[run] = self._store.iteration_detail(run)
        return self._details[run]

    def _content(self, prompt_uid: str, detail: IterationDetail, output: OutputRecord) -> Content | None:
        """Return the content that was run, None if this release cannot read all of it."""
        number = next(lane.version for lane in detail.lanes if lane.position == output.position)
        key = prompt_uid, number
        if key not in self._contents:
            version = self._store.version(prompt_uid, number)
            self._contents[key] = None if version.newer else version.content
        return self._contents[key]


def check_rows(rows: Sized, left_out: Mapping[str, int], chosen_by: ChosenBy) -> None:
    """Raise RefusedError with the reasons if there are no rows."""
    if not rows:
        why = "; ".join(f"{reason} ({count:,})" for reason, count in left_out.items())
        raise RefusedError(f"There is nothing to train with: {f'{why}.' if why else _NOTHING[chosen_by]}")


def _reserves(form: TrainingFormat, taken: Iterable[tuple[TrainingRow, str]]) -> tuple[tuple[str, int], ...]:
    counts = Counter(filter(None, (form.reserve(json.loads(line)) for _, line in taken)))
    return tuple(sorted(counts.items()))


def _pairs(
    verdict: StoredVerdict, rows: Mapping[str, TrainingRow | None], left_out: Counter[str]
) -> Iterator[TrainingRow]:
    """Yield each winner paired with each loser: the verdict does not order the losers."""
    if verdict.kind != "winner":
        return
    for winner in (rows[o.uid] for o in verdict.outputs if o.place == 1):
        for loser in (rows[o.uid] for o in verdict.outputs if o.place == 2):
            if winner is None or loser is None:
                continue
            if (winner.prompt, winner.tools) != (loser.prompt, loser.tools):
                left_out["pairs of answers to differently worded prompts"] += 1
                continue
            if winner.completion != loser.completion:
                yield replace(winner, rejected=loser.completion)


def _counter(kind: Kind, verdict: StoredVerdict, output: StoredOutput, left_out: Counter[str]) -> Counter[str]:
    """Return the counter for an answer that cannot be used; a throwaway one if the answer is not needed anyway."""
    unused = kind == "chosen" and not (verdict.kind == "winner" and output.place == 1)
    return Counter() if unused or (kind == "preference" and verdict.kind != "winner") else left_out


def _judged(verdict: StoredVerdict, rows: Mapping[str, TrainingRow | None]) -> Iterator[TrainingRow]:
    """Yield winners with a positive label, losers and all-bad answers with a negative one."""
    for output in verdict.outputs:
        if (row := rows.get(output.uid)) is not None:
            won = verdict.kind == "winner" and output.place == 1
            yield row if won else replace(row, label=False)


def _rendered(content: Content, values: dict[str, str]) -> RenderedRequest | None:
    """Return the messages with their values; None if they cannot be rendered any more."""
    texts = template_texts(content)
    if content.template == "plain":
        return None if missing(content, values) else assemble(content, render_plain(texts, values))
    try:
        return assemble(content, render_apart(texts, values, _WITHIN_S))
    except TemplateMistakeError:
        return None


def _counted(rows: int) -> str:
    return f"{rows} {plural(rows, 'row is', 'rows are')}"


def _hash(values: tuple[tuple[str, str], ...]) -> str:
    return hashlib.sha256(json.dumps(dict(values), sort_keys=True).encode()).hexdigest()


def row_tokens(row: TrainingRow) -> int:
    """Return an estimate of the tokens of a row."""
    turns = (*row.prompt, *row.completion, *row.rejected)
    called = sum(tokens(call.name) + tokens(call.arguments) for turn in turns for call in turn.calls)
    tools = sum(tokens(tool.description) + tokens(tool.parameters) for tool in row.tools)
    return sum(tokens(turn.text) + MESSAGE_OVERHEAD for turn in turns) + called + tools


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write a text file of `lines`, which replaces an earlier one atomically. Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".partial", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def to_document(made: TrainingSet, written: tuple[Path, ...]) -> dict[str, Any]:
    """Return the JSON document of `workbench history training --json`."""
    return {
        "format": made.format.name,
        "files": [str(path) for path in written],
        "train": len(made.train),
        "validation": len(made.validation),
        "left_out": dict(made.left_out),
        "contradictions": [
            {"values": one.about, "answer": one.answer, "outputs": list(one.outputs)} for one in made.contradictions
        ],
        "tokens": made.cost.tokens,
        "epochs": made.cost.epochs,
        "cost_usd": made.cost.usd,
    }
