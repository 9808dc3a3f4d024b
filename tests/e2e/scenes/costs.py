"""Scenes of costs and parameters in the lanes."""

from __future__ import annotations

import json

from tests.e2e.driving import Demo
from tests.e2e.scenes.staging import dialog, provider, shots, show
from tests.fakes.provider import JSON, Reply, Request, Send, status, stream, usage, usual
from workbench.core.content import Content, Message
from workbench.core.lanes import ECHO, ECHO_MODEL, LITELLM, Lane, Params
from workbench.ui.features.lanes.params import ParamsDialog

ROW = {"input_cost_per_token": 3e-6, "output_cost_per_token": 15e-6, "input_cost_per_token_above_200k_tokens": 6e-6}


def costs(demo: Demo) -> None:
    """A gateway with prices, one that reports a cost, one without prices, and a free lane."""
    window = demo.window
    with provider(demo, "Acme proxy") as (fake, endpoint):
        told = json.dumps({"data": [{"model_name": "acme-large", "model_info": ROW}]}).encode()

        def answer(request: Request) -> Reply:
            if request.path.endswith("/model/info"):
                return Reply((Send(told),), headers=JSON)
            if request.path.endswith("/chat/completions"):
                model = request.body.get("model")
                counted = {**usage(12_000, 400, cached=9_000, reasoning=120), "total_tokens": 12_400}
                more = {"cost": 0.0213} if model == "routed" else {}
                return stream("The parcel is on its way.", counted={**counted, **more})
            return usual(request) if request.path.endswith("/models") else status(404)

        fake.answer = answer
        params = Params(temperature=0.2, top_k=40, presence_penalty=0.5, stop=("END",), logprobs=True)
        lanes = (
            Lane("g1", endpoint, "acme-large", params),
            Lane("g2", endpoint, "routed", Params(min_p=0.1)),
            Lane("g3", endpoint, "unlisted"),
            Lane("g4", ECHO, ECHO_MODEL),
        )
        show(demo, Content((Message("user", "Where is my parcel? " * 30),)), lanes)
        demo.pause(900)
        shots(demo, "forecast")
        demo.run()
        demo.pause(200)
        shots(demo, "costs", narrow=True)
    lanes = (Lane("g1", LITELLM, "anthropic/claude-opus-5-5", Params(top_p=0.5)), Lane("g4", ECHO, ECHO_MODEL))
    show(demo, Content((Message("user", "Where is my parcel?"),)), lanes)
    window.lanes.edit_params("g1")
    demo.until("LiteLLM said what the model takes", lambda: _grey(demo) > 5)
    dialog(demo, "parameters-greyed")


def _grey(demo: Demo) -> int:
    """Return how many fields of the open form are disabled."""
    forms = demo.window.frame.findChildren(ParamsDialog)
    return sum(not field.isEnabled() for form in forms for field in form.fields.values())
