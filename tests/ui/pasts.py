"""A history to search, written by the store itself: three prompts, versions, verdicts, failures and a blind run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.store.making import run
from workbench.core.content import Content, Message
from workbench.core.lanes import LITELLM, Lane
from workbench.core.money import Usage
from workbench.core.runs import Failure, Result, RunSet, Timing, Verdict, VerdictKind
from workbench.store import Store

GPT, HAIKU = Lane("a", LITELLM, "openai/gpt-5-mini"), Lane("b", LITELLM, "anthropic/claude-haiku-4.5", label="haiku")
FIRST = (
    "1. Verify the order number (10-character alphanumeric).\n2. Look the order up.\n3. Respond with a concise status."
)
SECOND = FIRST.replace("alphanumeric).", "alphanumeric). If missing, ask politely.").replace(
    "Look the order up", "Query the database with lookup_order"
)
ORDER, TRIAGE, SQL = "past-order", "past-triage", "past-sql"


def answer(text: str, cost: float | None = 0.0005) -> Result:
    """A finished answer."""
    request = {"model": "m", "messages": [{"role": "user", "content": "Where is it?"}]}
    return Result("finished", text, usage=Usage(120, 40), cost_usd=cost, timing=Timing(0, 3, 250, 900), request=request)


FAILED = Result("failed", "", failure=Failure("rate_limit", "The provider asks to wait. Try again in a minute."))


class Past:
    """Writes runs, each a little later than the previous one."""

    def __init__(self, store: Store, began: datetime | None = None) -> None:
        self._store = store
        self._now = began or datetime.now(UTC) - timedelta(days=3)
        for uid, name in ((ORDER, "Order status bot"), (TRIAGE, "Ticket triage → JSON"), (SQL, "SQL explainer")):
            store.create_prompt(uid, name, self._moment()).result(60)

    def run(
        self,
        uid: str,
        prompt: str,
        system: str,
        *answers: Result,
        verdict: VerdictKind | None = None,
        winner: int = 0,
        blind: bool = False,
        note: str = "",
        after: timedelta = timedelta(minutes=7),
        values: tuple[tuple[str, str], ...] = (("question", "Where is order 123ABCDEFG?"),),
        based_on: int | None = None,
    ) -> None:
        """Add a run with an answer for each of the first lanes."""
        self._now += after
        lanes = (GPT, HAIKU)[: len(answers)]
        content = Content((Message("system", system), Message("user", "{{question}}")))
        start = run(
            uid, content, lanes=lanes, prompt=prompt, at=self._moment(), note=note, values=values, based_on=based_on
        )
        self._store.begin_run(replace(start, blind=blind, sets=(RunSet("", "", values),))).result(60)
        for position, result in enumerate(answers):
            self._store.finish_output(f"{uid}.{position}.0", result, self._moment()).result(60)
        if verdict is not None:
            places = (winner,) if verdict == "winner" else tuple(range(len(answers)))
            outputs = tuple(f"{uid}.{position}.0" for position in range(len(answers)))
            self._store.mark(uid, f"{uid}.verdict", Verdict(verdict, places), outputs, self._moment()).result(60)

    def _moment(self) -> str:
        return self._now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def fill(store: Store) -> None:
    """Write eight runs."""
    past = Past(store)
    sql = "Explain SQL to a beginner."
    past.run("sql-1", SQL, sql, answer("It selects rows.", 0.002), answer("No.", 0.002), verdict="all_bad")
    past.run("sql-2", SQL, sql, answer("It reads all rows of a table."), verdict="winner")
    past.run("triage-1", TRIAGE, "Answer in JSON.", answer('{"topic": "refund"}'), FAILED, after=timedelta(days=1))
    past.run(
        "triage-2", TRIAGE, "Answer in JSON only.", answer("{}"), answer('{"topic": "refund"}'), verdict="winner",
        winner=1,
    )  # fmt: skip
    past.run("order-1", ORDER, FIRST, answer("Tracking says it is on its way."), after=timedelta(hours=44))
    past.run("order-2", ORDER, FIRST, answer("It left on Monday. Track it here."), answer("No idea."), verdict="tie")
    past.run(
        "order-3",
        ORDER,
        SECOND,
        answer("It is in transit and should arrive on Friday 28 November. Track it here…"),
        answer("Your order 123ABCDEFG is in transit. Tracking link…"),
        verdict="winner",
        note="Ask politely when number missing",
        based_on=1,
    )
    past.run("order-4", ORDER, SECOND, answer("Tracking A."), answer("Tracking B."), blind=True, based_on=2)


QUESTIONS = ("Where is my lamp?", "Do two chairs fit?", "When is the big table here?", "What do my new shoes cost?")
ANSWERS = ("The lamp comes on Monday.", "Both chairs fit.", "The table is here in May.", "The shoes cost 70.")


def judge(store: Store) -> None:
    """Write four judged runs of one prompt, and two with contradicting verdicts."""
    past = Past(store)
    for number, (question, said) in enumerate(zip(QUESTIONS, ANSWERS, strict=True)):
        values = (("question", question),)
        past.run(
            f"r{number}",
            ORDER,
            "Be brief.",
            answer(said),
            answer(f"No idea. {number}"),
            verdict="winner",
            values=values,
        )
    odd, both = (("question", "Is it blue?"),), (answer("It is."), answer("It is not."))
    for number in range(2):
        past.run(f"odd-{number + 1}", ORDER, "Be brief.", *both, verdict="winner", winner=number, values=odd)
