"""Configurations of promptfoo run here, judged by a fake judge on a server, with the verdicts of the real promptfoo.

`tests.core.judging` has the verdicts, and compares what is asked. Here files are read, judges found, and asked.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests import depth
from tests.core.judging.judgements import DIFFERENT_REQUESTS, DIFFERENT_VERDICTS, concerns, known
from tests.core.judging.samples import Sample
from tests.fakes.provider import JSON, FakeProvider, Reply, Request, whole
from tests.patience import PATIENCE_S
from tests.usecases.making import opened
from tests.usecases.testing import suites
from workbench.cli.parser import make_parser
from workbench.cli.testing_target import targets
from workbench.core.testing.cells import CellKey
from workbench.usecases.endpoint_form import EndpointForm
from workbench.usecases.workbench import Workbench

TYPES = {"llm-rubric", "not-llm-rubric", "factuality", "model-graded-factuality", "assert-set"}


def alike() -> list[Sample]:
    """Return the samples of llm-rubric and factuality about which promptfoo and we say the same."""
    return [
        one
        for one in known()
        if {check["type"] for check in one["assert"]} <= TYPES
        and all(passed != "error" for passed, _ in one["verdicts"])
        and not concerns((*DIFFERENT_VERDICTS, *DIFFERENT_REQUESTS), one)
    ]


ALIKE = alike()


class Server:
    """Answers as the tested model and as the judges of a sample; `asked` are the judges that were asked."""

    def __init__(self, fake: FakeProvider) -> None:
        self.sample: Sample = {}
        self.asked: Counter[str] = Counter()
        fake.answer = self

    def __call__(self, request: Request) -> Reply:
        model, messages = request.body["model"], request.body["messages"]
        if model == "tested":
            return replace(whole(self.sample["answer"]), headers=JSON)
        self.asked[model] += 1
        told = "\n".join(message["content"] for message in messages)
        reply = next(reply for text, reply in self.sample["rules"] if text in told)
        return replace(whole(reply), headers=JSON)


def at(address: str, provider: Any) -> Any:
    """Return what a file says of graders, each with the address of the server."""
    if isinstance(provider, str):
        return {"id": provider, "config": {"apiBaseUrl": address}}
    if "id" in provider:
        return {**provider, "config": {**provider.get("config", {}), "apiBaseUrl": address}}
    return {kind: at(address, one) for kind, one in provider.items()}


def addressed(address: str, part: Any) -> Any:
    """Return a part of a file whose graders have the address of the server."""
    if isinstance(part, list):
        return [addressed(address, one) for one in part]
    if not isinstance(part, dict):
        return part
    return {key: at(address, one) if key == "provider" else addressed(address, one) for key, one in part.items()}


def config(sample: Sample, address: str) -> dict[str, Any]:
    """Return the configuration that promptfoo was given."""
    test = {"vars": sample["vars"], "assert": sample["assert"], "options": sample["options"]}
    return {
        "prompts": [sample["prompt"]],
        "providers": [at(address, "openai:chat:tested")],
        "defaultTest": addressed(address, sample.get("defaults", {})),
        "tests": [addressed(address, test)],
    }


@pytest.fixture
def server() -> Iterator[tuple[Server, str]]:
    with FakeProvider() as fake:
        yield Server(fake), fake.base_url


def states(workbench: Workbench, path: Path) -> list[tuple[bool | str, float | None]]:
    """Test a configuration, and return its results in the order of promptfoo's."""
    args = make_parser().parse_args(["test", str(path), "--model", "Mine/tested"])
    (target,) = targets(workbench, args, {})
    handle = suites.run(workbench, target.prompt_uid, target.settings, target.cases, draft=target.draft)
    records = workbench.store.tests
    cell = records.cell(handle.run_uid, records.run(handle.run_uid).scoring_uid, CellKey(0, 0, 0))
    found = [one for result in cell.results for one in (result, *result.parts)]
    return [({"pass": True, "fail": False}.get(one.state, one.state), one.score) for one in found]


def test_enough_configurations_have_every_key_that_names_a_judge() -> None:
    assert len(ALIKE) >= 40
    checks = [check for sample in ALIKE for check in sample["assert"]]
    assert all(any(key in check for check in checks) for key in ("provider", "rubricPrompt", "threshold"))
    defaults = [sample.get("defaults", {}).get("options", {}) for sample in ALIKE]
    assert all(any(key in one for one in defaults) for key in ("provider", "rubricPrompt"))


@pytest.mark.deep
def test_files_are_judged_as_by_promptfoo(tmp_path: Path, server: tuple[Server, str]) -> None:
    fake, address = server
    different = []
    with opened(tmp_path) as (workbench, _):
        workbench.endpoints.save(EndpointForm("Mine", address)).done.result(PATIENCE_S)
        for number, sample in enumerate(depth.pick(ALIKE[::8], ALIKE)):
            fake.sample = sample
            fake.asked.clear()
            path = tmp_path / f"{number}.yaml"
            path.write_text(json.dumps(config(sample, address)), "utf-8")
            wanted = [(passed, min(1.0, max(0.0, float(score)))) for passed, score in sample["verdicts"]]
            asked = Counter(one["model"] for one in sample["requests"])
            said = states(workbench, path), Counter(fake.asked)
            if said != (wanted, asked):
                different.append((sample, said))
    assert different == []
