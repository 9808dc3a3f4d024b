"""Puts the parts of testing together.

Invariant: nothing is started here; threads and processes start with the first test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from workbench.core.drafts import Draft
from workbench.core.forecast import Forecast
from workbench.core.lanes import LITELLM, Endpoint
from workbench.core.retirement import is_retired
from workbench.engine.catalogue import ModelInfo
from workbench.engine.checker.client import CheckerClient
from workbench.engine.client import child_env
from workbench.host.keys import KeyStore
from workbench.host.processes import scrubbed_env
from workbench.store import Store
from workbench.usecases.credentials import ProviderOf, provider_of_call
from workbench.usecases.destinations import destination
from workbench.usecases.forecaster import Forecaster
from workbench.usecases.judging.judge_estimate import JudgeEstimate, estimate_judges
from workbench.usecases.judging.judge_models import JudgeModels
from workbench.usecases.lane_calls import FilePaths, Lacks
from workbench.usecases.pricing import Pricing
from workbench.usecases.run_listeners import RunListeners
from workbench.usecases.run_plan import Render
from workbench.usecases.runner import RunOwner
from workbench.usecases.session import SessionTotals
from workbench.usecases.testing.cell_owners import sole_owner
from workbench.usecases.testing.estimate import SuiteEstimator
from workbench.usecases.testing.plan import ModelFacts, SuitePlan, SuitePlanner, addressed
from workbench.usecases.testing.runner import SuiteRunner
from workbench.usecases.testing.scorer import Scorer
from workbench.usecases.testing.suite_parts import SuiteEngine, SuiteTools


def make_tests(
    *,
    store: Store,
    engine: SuiteEngine,
    keys: KeyStore,
    env: Mapping[str, str],
    provider_of: ProviderOf,
    lacks: Lacks,
    info: Callable[[str], ModelInfo | None],
    files: FilePaths,
    pricing: Pricing,
    session: SessionTotals,
    forecaster: Forecaster,
    endpoint: Callable[[str], Endpoint | None],
    endpoints: Callable[[], Sequence[Endpoint]],
    listeners: RunListeners,
    owner: RunOwner,
    render: Render,
    owners: Path,
    today: Callable[[], date],
) -> SuiteRunner:
    """Return the tests of a workbench.

    `env` is the environment of this process, `info` looks up LiteLLM's models, `owners` is the directory of locks.
    `today` is the day in UTC with which retirements are compared.
    """

    def max_output(there: Endpoint, model: str) -> int | None:
        known = info(model) if there.uid == LITELLM else None
        return None if known is None else known.max_output

    def address(there: Endpoint, model: str) -> Endpoint:
        if there.uid != LITELLM:
            return there
        where = destination(provider_of_call(there, model, provider_of), keys.env, keys.choices)
        return addressed(there, "" if where.is_public else where.base_url)

    def retired(there: Endpoint, model: str) -> date | None:
        known = info(model) if there.uid == LITELLM else None
        day = None if known is None else known.retires
        return day if is_retired(day, today()) else None

    def forecast(prompt_uid: str, draft: Draft) -> Forecast:
        # The engine counts tokens.
        engine.start()
        return forecaster.forecast(prompt_uid, draft)

    child = child_env(scrubbed_env(env))
    scorer = Scorer(store.tests, lambda: CheckerClient(child), render, listeners.problem)
    tools = SuiteTools(
        records=store.tests,
        engine=engine,
        keys=keys,
        provider_of=provider_of,
        lacks=lacks,
        files=files,
        pricing=pricing,
        session=session,
        listeners=listeners,
        owner=owner,
        scorer=scorer,
        max_output=max_output,
        sole_owner=partial(sole_owner, owners),
        judges=store.judges,
        endpoints=endpoints,
    )
    facts = ModelFacts(endpoint, pricing.rates_for, max_output, lacks, address, retired)
    planner = SuitePlanner(store, store.tests, facts)

    def judges(plan: SuitePlan) -> JudgeEstimate | None:
        models = JudgeModels(plan.settings.judge, endpoint, endpoints, planner.question)
        return estimate_judges(plan, models, pricing.rates_for)

    return SuiteRunner(
        tools,
        endpoint=endpoint,
        version=store.version,
        marks=store.techniques.of,
        planner=planner,
        estimator=SuiteEstimator(store.tests, forecast, endpoint, owner.now, judges),
    )
