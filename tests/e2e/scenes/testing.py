"""Scenes of Test: an order bot with twenty cases on three models of known quality, from an empty page to a sentence."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt

from tests.e2e.driving import Demo
from tests.e2e.scenes.staging import command, provider, shots, show
from tests.fakes.provider import Reply, Request, Step, Wait, usual, whole
from workbench.core.cases import Case, Check
from workbench.core.content import Content, Message
from workbench.core.lanes import Lane, Params
from workbench.core.money import Rates
from workbench.host.ids import new_uid

QUALITY = {"acme-mini": 0.55, "acme-large": 0.95, "acme-old": 0.6}
"""The share of cases that each model of the fake server answers well."""
SLOWER: tuple[Step, ...] = (Wait(0.05),)
CASES = 20
_ASKS = ("Where is order {}?", "Has {} arrived yet?", "When will I get {}?", "{} is late. Why?", "Status of {}, please")
_TAGS = ("order", "order", "delay", "delay", "politeness")


def question(number: int) -> str:
    """Return what the customer of a case asks."""
    return _ASKS[number % len(_ASKS)].format(f"77AB12CD{number:02d}")


def order_cases() -> list[Case]:
    """Return the cases of the order bot: the answer names the order, and says when it comes."""
    return [
        Case(
            new_uid(),
            question(number).strip("?").replace("order ", ""),
            (("question", question(number)),),
            (Check("contains", value=f'"77AB12CD{number:02d}"'),),
            tags=(_TAGS[number % len(_TAGS)],),
        )
        for number in range(CASES)
    ]


def answer(request: Request) -> Reply:
    """Answer as a model of known quality: the same cases are answered well each time."""
    asked = request.body if isinstance(request.body, dict) else {}
    model, text = str(asked.get("model", "")), str(asked.get("messages", ""))
    found = re.search(r"77AB12CD(\d\d)", text)
    if model not in QUALITY or found is None:
        return usual(request)
    number = int(found[1])
    # Spread over the cases, differently for each model, so that they fail in different ones.
    is_good = (number * 7 + 3 * len(model)) % CASES < QUALITY[model] * CASES
    order = found[0]
    good = f"Order {order} is in transit and should arrive on Friday. Anything else I can do?"
    bad = "Thank you for your patience! Your order is on its way and will arrive soon."
    reply = whole(good if is_good else bad)
    return Reply(reply.steps, headers=reply.headers, before=SLOWER)


def testing(demo: Demo) -> None:
    """The page before there is anything, with cases, while it runs, with its sentence, and a cell in full."""
    window = demo.window
    window.prompts.create("Order bot, tested")
    demo.until("the new prompt is open", lambda: window.is_ready and not window.timeline.rowCount())
    with provider(demo, "Acme") as (fake, endpoint):
        fake.answer = answer
        for model, price in (("acme-mini", 0.3), ("acme-large", 2.0), ("acme-old", 1.0)):
            window.workbench.pricing.set_price(endpoint, model, Rates(price / 1e6, 4 * price / 1e6, None, "mine"))
        bot = Content((Message("system", "You are the order bot of a shop."), Message("user", "{{question}}")))
        lanes = tuple(Lane(f"t{number}", endpoint, model, Params()) for number, model in enumerate(QUALITY))
        show(demo, bot, lanes, question="Where is order 77AB12CD90?")
        command(demo, "view_test")
        shots(demo, "test-no-cases", narrow=True)
        window.store.packs.save_cases(window.prompt_uid, order_cases()).result(10)
        demo.press(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
        command(demo, "view_test")
        shots(demo, "test-no-columns")
        suites = window.testing.suites
        window.testing.columns.take_lanes()
        demo.until("the columns are there", lambda: len(suites.columns()) == len(QUALITY))
        shots(demo, "test-not-run", narrow=True)
        demo.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        demo.until("it runs", lambda: suites.progress is not None and suites.progress.answered > CASES)
        demo.picture("test-running")
        demo.until("it has ended", lambda: suites.figures.report is not None and not suites.is_running)
        shots(demo, "test", narrow=True)
        demo.press(Qt.Key.Key_N)
        demo.press(Qt.Key.Key_Return)
        shots(demo, "test-cell", narrow=True)
        window.theme.set_scale(2.0)
        demo.picture("test-200%")
        window.theme.set_scale(1.0)
        demo.press(Qt.Key.Key_E)
        demo.pause(300)
        demo.picture("test-case-in-compose")
