"""Prepares what a button of Decide says, in Test, Compose or the page itself.

Invariant: nothing is sent by a button: it opens the place where a person sees what it takes and starts it. What it
changes in the draft can be undone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from workbench.app.decide.draft_steps import EFFORT, DraftStepError, rated_examples, with_breakpoint, with_reasoning
from workbench.core.decide.decision import Action, ActionKind
from workbench.core.drafts import Draft
from workbench.core.improvement import RecentAnswer
from workbench.core.technique_marks import key_of
from workbench.core.text import counted
from workbench.host.ids import new_uid
from workbench.ui.shell.events import TechniqueChosen, TrainingRequested
from workbench.ui.shell.services import Services
from workbench.ui.shell.testing_events import CasesRequested, SuccessorTestRequested, TestStep, TestStepRequested
from workbench.ui.shell.training_events import HandOverRequested
from workbench.usecases.retirement_radar import lane_with, successor_at
from workbench.usecases.techniques import TechniqueLibrary, Techniques
from workbench.usecases.testing.holdout import answers_outside

KEY = "decide"
"""The key of the notices of this view."""


class StepActions:
    """Carries out actions for the open prompt. `edit_figures` opens the form at a field."""

    def __init__(self, services: Services, edit_figures: Callable[[str], object]) -> None:
        self._services, self._edit_figures = services, edit_figures
        self._acts: Mapping[ActionKind, Callable[[Action], object]] = {
            "cases": self._add_cases,
            "run": lambda _: self._test("run"),
            "unscored": lambda _: self._test("unscored"),
            "unanswered": lambda _: self._test("unanswered"),
            "compose": lambda _: self._compose(),
            "winners": self._mark_winners,
            "technique": self._insert_technique,
            "examples": lambda _: self._add_examples(),
            "schema": lambda _: self._command("compose", "add_output"),
            "reasoning": lambda _: self._add_reasoning(),
            "models": self._choose_model,
            "samples": lambda action: self._test("samples", action.count or 3),
            "vote": lambda action: self._test("vote", action.count or 3),
            "shorten": lambda _: self._command("compose", "improve"),
            "caching": lambda _: self._set_breakpoint(),
            "improve": lambda _: self._command("compose", "improve"),
            "probe": lambda _: self._test("probe"),
            "guards": lambda _: self._test("guards"),
            "labels": lambda _: self._test("labels"),
            "verdicts": lambda _: self._command("rank", "judge"),
            "try": lambda _: self._test("try"),
            "holdout": lambda _: self._test("holdout"),
            "training": self._train,
            "tuned_lane": lambda action: self._test("adapter" if action.argument == "new" else "tuned"),
            "successor": self._test_successor,
            "retiring": lambda _: self._services.navigator.action("retiring_models").trigger(),
            "goal": lambda action: self._edit_figures(action.argument),
        }

    def take(self, action: Action) -> None:
        """Prepare what a button says."""
        self._acts[action.kind](action)

    def kinds(self) -> frozenset[ActionKind]:
        """Return the kinds of actions that can be prepared."""
        return frozenset(self._acts)

    # Test.

    def _test(self, step: TestStep, count: int = 0) -> None:
        self._services.events.publish(TestStepRequested(step, count))

    def _add_cases(self, action: Action) -> None:
        self._services.navigator.show("test")
        count, is_held_out = action.count or 0, action.set_name == "holdout"
        self._services.events.publish(CasesRequested(count, "holdout" if is_held_out else "tuning"))

    def _test_successor(self, action: Action) -> None:
        """Prepare the test of a retiring model's successor, or say why the prompt has no such lane."""
        services, prompt = self._services, self._services.session.prompt()
        store, models = services.backend.store, services.backend.models

        def find() -> SuccessorTestRequested:
            lane = lane_with(store, prompt, action.argument)
            return SuccessorTestRequested(
                lane, successor_at(models.catalogue.get(), lane.endpoint, lane.model, models.today())
            )

        def offer(request: SuccessorTestRequested) -> None:
            if prompt == services.session.prompt():
                services.session.back()
                services.events.publish(request)

        def look() -> None:
            services.tasks.run(find, offer, lambda error: services.notices.refused(str(error)))

        saved = services.session.save()
        if saved is None:
            look()
        else:
            services.tasks.watch(saved, lambda _: look())

    # Compose.

    def _compose(self) -> None:
        """Show the draft, editable."""
        services = self._services
        services.navigator.show("compose")
        services.session.back()
        services.editor.focus_first()

    def _mark_winners(self, action: Action) -> None:
        """Show the answers in Compose, where winners are marked, and say what counts."""
        self._services.navigator.show("compose")
        wanted = "" if action.count is None else f" {counted(action.count, 'more row')} would do."
        said = f"Each answer that you mark as the winner, or star, becomes a training row.{wanted}"
        self._services.notices.quiet(KEY, said)

    def _command(self, view: str, command: str) -> None:
        if view == "compose":
            self._compose()
        else:
            self._services.navigator.show(view)
        self._services.navigator.action(command).trigger()

    def _choose_model(self, action: Action) -> None:
        """Choose a model for a new column of the tests, or that of the focused lane, with its prices."""
        if action.argument in ("prices", "switch"):
            self._command("compose", "lane_model")
        else:
            self._test("model")

    def _insert_technique(self, action: Action) -> None:
        services, key = self._services, action.argument
        files = Techniques(services.backend.places)

        def insert(library: TechniqueLibrary) -> None:
            found = next((one for one in library.techniques if key_of(one) == key), None)
            self._compose()
            if found is None:
                services.navigator.action("techniques").trigger()
            else:
                services.events.publish(TechniqueChosen(found))

        services.tasks.run(files.all, insert)

    def _add_examples(self) -> None:
        """Make examples of the newest winners outside the hold-out; without any, add an empty one to fill in."""
        services, prompt = self._services, self._services.session.prompt()
        store = services.backend.store

        def add(answers: list[RecentAnswer]) -> None:
            if prompt != services.session.prompt():
                return
            self._compose()
            before = services.session.draft()
            examples = rated_examples(before.content, answers)
            if not examples:
                services.navigator.action("add_example").trigger()
                services.notices.quiet(KEY, "No winner is marked that could be an example. Fill in the empty one.")
                return
            services.editor.add_examples(examples)
            services.notices.offer_draft(f"{counted(len(examples), 'example')} from your winners added.", before)

        services.tasks.run(lambda: answers_outside(store, prompt), add)

    def _add_reasoning(self) -> None:
        self._change(
            lambda draft: with_reasoning(draft, new_uid()), f"A lane with reasoning effort {EFFORT} was added."
        )

    def _set_breakpoint(self) -> None:
        self._change(with_breakpoint, "A cache breakpoint was set. Providers without breakpoints cache by themselves.")

    def _change(self, change: Callable[[Draft], Draft], sentence: str) -> None:
        """Change the draft, undoably, or say why not."""
        self._compose()
        services = self._services
        before = services.session.draft()
        try:
            after = change(before)
        except DraftStepError as error:
            services.notices.refused(str(error))
            return
        services.session.put_back(after, before)
        services.notices.offer_draft(sentence, before)

    def _train(self, action: Action) -> None:
        """Show what is wrong with training rows, or hand the prompt over to training."""
        services = self._services
        kind = TrainingRequested if action.argument == "contradictions" else HandOverRequested
        services.events.publish(kind(services.session.prompt()))
