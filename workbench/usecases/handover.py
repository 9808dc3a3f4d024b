"""The hand-over to training: files for a quarter, half and all rows, and the document that goes with them.

Invariant: all parts have the same rows for validation, and neither a case of the hold-out nor the values of a guard set
are in any file, by the rule of `Trainer`. Reading changes nothing; every line was checked against its format.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from workbench.core.decide.rules import Thresholds, decide_rules
from workbench.core.retirement import is_retired
from workbench.core.text import counted
from workbench.core.training import Kind, TrainingRow, VerdictContradiction, unwatched
from workbench.core.training_commands import training_commands
from workbench.core.training_portions import portion
from workbench.engine.catalogue import ModelCatalogue
from workbench.formats.handover_document import CheckState, HandOverCheck, HandOverFacts, HandOverPart, markdown
from workbench.formats.training import FORMATS
from workbench.formats.training.format import TrainingFormat
from workbench.host.errors import HostError, explain
from workbench.store import Store
from workbench.usecases.training import ChosenBy, Trainer, TrainingCost, check_rows, row_tokens, write_lines

PARTS = (("quarter", 0.25), ("half", 0.5), ("all", 1.0))
DOCUMENT = "HANDOVER.md"
_FOLDERS: dict[Kind, tuple[tuple[str, str], ...]] = {
    "chosen": (("trl", "trl-sft"), ("upload", "openai-sft")),
    "preference": (("trl", "trl-preference"), ("upload", "openai-preference")),
}
"""The folder of each format, by the kind of rows that the commands take."""
KINDS: dict[Kind, str] = {"chosen": "Good answers (SFT)", "preference": "Pairs of answers (DPO)"}
_SUFFIX = re.compile(r"[^a-z0-9]+")
_MOST_SUFFIX = 24


@dataclass(frozen=True, slots=True)
class HandOverRequest:
    """What to hand over; `share` is the fraction for validation, `per_million` dollars per million trained tokens.

    `base_model` is the id of the model to train, "" for the suggested one. Winners and starred answers together are the
    rows that Decide counts.
    """

    kind: Kind = "chosen"
    chosen_by: ChosenBy = "both"
    share: float = 0.1
    seed: int = 0
    epochs: int = 3
    per_million: float | None = None
    base_model: str = ""


@dataclass(frozen=True, slots=True)
class HandOver:
    """A hand-over that can be written: its facts, the document, and the lines of each file by its path."""

    facts: HandOverFacts
    document: str
    files: tuple[tuple[str, tuple[str, ...]], ...]
    contradictions: tuple[VerdictContradiction, ...] = ()

    def to_json(self, written: Sequence[Path]) -> dict[str, Any]:
        """Return the JSON document of `workbench history handover --json`."""
        return {**self.facts.to_json(), "files": [str(path) for path in written], "document": self.document}


class HandOverMaker:
    """Makes hand-overs of one history. Methods block, so use them on worker threads; they raise StoreError."""

    def __init__(self, store: Store, catalogue: Callable[[], ModelCatalogue], today: Callable[[], date]) -> None:
        self._store, self._catalogue, self._today = store, catalogue, today

    def prepare(self, prompt_uid: str, asked: HandOverRequest, watch: Callable[[], None] = unwatched) -> HandOver:
        """Return the hand-over of a prompt. Raises RefusedError if there is nothing to train with.

        `watch` is called repeatedly, and may raise to stop it.
        """
        trainer = Trainer(self._store, watch)
        split = trainer.split(prompt_uid, asked.kind, asked.chosen_by, share=asked.share, seed=asked.seed)
        left_out = Counter(dict(split.left_out))
        forms = [(folder, FORMATS[name]) for folder, name in _FOLDERS[asked.kind]]
        train = [row for row in split.train if _fits(row, forms, left_out)]
        validation = [row for row in split.validation if _fits(row, forms, left_out)]
        check_rows(train, left_out, asked.chosen_by)
        parts, files = list[HandOverPart](), list[tuple[str, tuple[str, ...]]]()
        for name, share in PARTS:
            rows = portion(train, [row.values for row in train], share, asked.seed)
            cost = TrainingCost(sum(map(row_tokens, rows)), asked.epochs, asked.per_million)
            parts.append(HandOverPart(name, len(rows), cost.tokens, cost.usd))
            for folder, form in forms:
                files += _files(folder, name, _lines(form, rows), _lines(form, validation))
        files += [("upload/validation.jsonl", _lines(dict(forms)["upload"], validation))] if validation else []
        facts = self._facts(prompt_uid, asked, tuple(parts), len(validation), left_out, len(split.contradictions))
        return HandOver(facts, markdown(facts, training_commands()), tuple(files), split.contradictions)

    def _facts(
        self,
        prompt_uid: str,
        asked: HandOverRequest,
        parts: tuple[HandOverPart, ...],
        validation: int,
        left_out: Counter[str],
        contradictions: int,
    ) -> HandOverFacts:
        name = next((row.name for row in self._store.prompts() if row.uid == prompt_uid), "")
        base = " ".join(asked.base_model.split()) or training_commands().base_model
        held = sum(case.held_out for case in self._store.packs.cases(prompt_uid))
        guards = self._guards(prompt_uid)
        limits, rows = decide_rules().thresholds, parts[-1].rows
        info = self._catalogue().get(base)
        retires = None if info is None else info.retires
        checks = (
            _enough_rows(rows, asked.kind, limits),
            _agreement(rows + validation, contradictions, limits),
            _validation(validation),
            _hold_out(held, limits),
            _guard_sets(guards, limits),
            self._base(base, retires),
            HandOverCheck(
                "People",
                "unknown",
                "Name who trains, who serves the model, and who trains it again when the prompt, the labels or the "
                "base model change.",
            ),
        )
        return HandOverFacts(
            name,
            asked.kind,
            base,
            "" if retires is None else retires.isoformat(),
            suffix(name),
            asked.epochs,
            asked.per_million,
            parts,
            validation,
            tuple(sorted(left_out.items())),
            checks,
        )

    def _guards(self, prompt_uid: str) -> tuple[int, int]:
        """Return the number of guard sets of a prompt, and of their cases."""
        names = {row.uid for row in self._store.prompts()}
        guards = [uid for uid in self._store.tests.settings(prompt_uid).guards if uid in names]
        return len(guards), sum(len(self._store.packs.cases(uid)) for uid in guards)

    def _base(self, base: str, retires: date | None) -> HandOverCheck:
        if retires is None:
            return HandOverCheck(
                "Base model",
                "unknown",
                f"{base}: no retirement date is known. Keep a copy of open weights; a provider may stop serving them.",
            )
        if is_retired(retires, self._today()):
            said = f"{base} was retired on {retires}. Choose another base model."
            return HandOverCheck("Base model", "no", said)
        months = (retires - self._today()).days / (365.25 / 12)
        state: CheckState = "yes" if months >= decide_rules().thresholds.base_months else "no"
        said = f"{base} retires on {retires}, in {months:.0f} months. The tuned model ends with it."
        return HandOverCheck("Base model", state, f"{said} Plan the next training.")


def write_hand_over(made: HandOver, folder: Path) -> tuple[Path, ...]:
    """Write all files and the document into a folder; return their paths. Raises HostError.

    Files of an earlier hand-over in the folder are replaced; those of its rows for validation that have none now are
    removed, because old rows beside new ones could be the same.
    """
    written = []
    stale = {f"trl/{name}/validation.jsonl" for name, _ in PARTS} | {"upload/validation.jsonl"}
    try:
        for path, lines in (*made.files, (DOCUMENT, tuple(made.document.rstrip("\n").split("\n")))):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            write_lines(target, lines)
            written.append(target)
            stale.discard(path)
        for path in stale:
            (folder / path).unlink(missing_ok=True)
    except OSError as error:
        raise HostError(f"{folder} cannot be written. Make room, or choose another folder.", explain(error)) from error
    return tuple(written)


def suffix(name: str) -> str:
    """Return the name of a prompt as part of a model's name: lower-case letters, digits and hyphens."""
    return _SUFFIX.sub("-", name.lower()).strip("-")[:_MOST_SUFFIX].strip("-") or "prompt"


def _files(
    folder: str, part: str, train: tuple[str, ...], validation: tuple[str, ...]
) -> list[tuple[str, tuple[str, ...]]]:
    """Return the files of a part; TRL wants a folder for each, with the rows for validation beside the others."""
    if folder == "upload":
        return [(f"upload/{part}.jsonl", train)]
    beside = [(f"{folder}/{part}/validation.jsonl", validation)] if validation else []
    return [(f"{folder}/{part}/train.jsonl", train), *beside]


def _fits(row: TrainingRow, forms: Sequence[tuple[str, TrainingFormat]], left_out: Counter[str]) -> bool:
    """Whether all formats accept a row: every route trains with the same rows."""
    for _, form in forms:
        if fault := form.fault(form.line(row)):
            left_out[f"rows that {form.what} does not accept ({fault})"] += 1
            return False
    return True


def _lines(form: TrainingFormat, rows: Sequence[TrainingRow]) -> tuple[str, ...]:
    return tuple(json.dumps(form.line(row), ensure_ascii=False) for row in rows)


def _enough_rows(rows: int, kind: Kind, limits: Thresholds) -> HandOverCheck:
    what = "pair" if kind == "preference" else "row"
    has = f"{counted(rows, what)} to train with"
    if kind == "preference":
        to_try, usual, good = limits.pairs_to_try, limits.pairs_usual, False
    else:
        to_try, usual, good = limits.rows_to_try, limits.rows_usual, rows >= limits.rows_good
    if rows < to_try:
        said = f"{has}: too few, {to_try:,} are enough to try. Mark more winners first."
        return HandOverCheck("Rows", "no", said)
    if rows < usual:
        return HandOverCheck("Rows", "yes", f"{has}: enough to try; the usual advice is {usual:,}.")
    return HandOverCheck("Rows", "yes", f"{has}: {'good' if good else 'as many as the usual advice'}.")


def _agreement(rows: int, contradictions: int, limits: Thresholds) -> HandOverCheck:
    share = contradictions / (rows + contradictions) if rows + contradictions else 0.0
    if not contradictions:
        return HandOverCheck("Labels agree", "yes", "No answer is judged both better and worse.")
    said = f"{counted(contradictions, 'answer')} judged both better and worse, {100 * share:.1f} %, left out."
    if share <= limits.contradictions:
        return HandOverCheck("Labels agree", "yes", said)
    return HandOverCheck("Labels agree", "no", f"{said} Settle them first: a model learns both.")


def _validation(rows: int) -> HandOverCheck:
    if not rows:
        said = "No rows for validation, so nothing shows when training goes on for too long. Raise their share."
        return HandOverCheck("Validation", "no", said)
    return HandOverCheck(
        "Validation", "yes", f"{counted(rows, 'row')} for validation, the same for every part; no case is in both."
    )


def _hold_out(held: int, limits: Thresholds) -> HandOverCheck:
    if not held:
        said = "No hold-out: nothing would show whether the tuned model is better on new cases. Set one aside in Test."
        return HandOverCheck("Hold-out", "no", said)
    state: CheckState = "yes" if held >= limits.tuned_cases else "no"
    few = "" if held >= limits.tuned_cases else f" {limits.tuned_cases} are needed to compare a tuned model."
    return HandOverCheck("Hold-out", state, f"{counted(held, 'hold-out case')}, in none of the files.{few}")


def _guard_sets(guards: tuple[int, int], limits: Thresholds) -> HandOverCheck:
    sets, cases = guards
    if not sets:
        said = (
            "No guard set: tuning can lose general abilities and refusals without the task showing it. Add guard sets "
            "in Test."
        )
        return HandOverCheck("Guard sets", "no", said)
    has = f"{counted(sets, 'guard set')} with {counted(cases, 'case')}, in none of the files."
    if cases < limits.guard_cases:
        few = f"{has} {limits.guard_cases} cases exclude a loss of {100 * limits.guard_loss:.0f} points."
        return HandOverCheck("Guard sets", "no", few)
    return HandOverCheck("Guard sets", "yes", has)
