"""Searches find exactly the matching runs, in order, page by page, for any query."""

from __future__ import annotations

import random
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests import depth
from tests.core.search.test_parser import queries as any_query
from tests.core.search.test_parser import typed
from tests.filters import parse
from tests.store.making import LATER, NOW, done, lane, opened, run, text
from tests.store.search.search_pages import every, moment, page, uids
from workbench.core.money import Usage
from workbench.core.runs import Failure, Result, Timing, Verdict
from workbench.core.search.match_marker import MatchMarker
from workbench.core.search.query import QueryFilter, QueryRange, QueryWords, SearchQuery
from workbench.core.search.results import SearchCursor, SearchTotal
from workbench.store import Store, StoreError
from workbench.store.search import search_pages
from workbench.store.search.searches import SearchStop

WORDS = ("alpha", "beta", "gamma", "delta", "al", "状況", "注文の", "Café", "x-y")
MODELS = ("vendor/claude-haiku", "gpt-5-mini", "echo")
MOST = 60


@dataclass(frozen=True)
class Made:
    """A stored run, as the reference for searches."""

    uid: str
    texts: tuple[str, ...]
    models: tuple[str, ...]
    verdict: str
    cost: float | None
    tokens: int | None
    longest: int
    codes: frozenset[str]
    at: str
    prompt: str


def make(store: Store, number: int, dice: random.Random) -> Made:
    """Write one run and return its description."""
    name, prompt = f"run{number}", dice.choice(["p", "q"])
    said = [" ".join(dice.choices(WORDS, k=dice.randint(1, 4))) for _ in range(4)]
    models = tuple(dice.choices(MODELS, k=2))
    at = f"2026-11-{1 + number // 3:02}T0{number % 3}:00:00.000Z"
    lanes = [lane(str(n), model) for n, model in enumerate(models)]
    values = (("v", said[0]),)
    store.begin_run(run(name, text(said[1]), lanes=lanes, at=at, values=values, prompt=prompt, note=said[2]))
    costs = [dice.choice([None, 0.0, 0.01, 0.02, 0.5]) for _ in models]
    counts = [dice.choice([None, 100, 1000]) for _ in models]
    ends = [dice.choice([10, 2000, 60_000]) for _ in models]
    codes: set[str] = set()
    for position in range(2):
        failed = dice.random() < 0.2
        usage, timing = Usage(counts[position], None), Timing(0, 0, 1, ends[position])
        if failed:
            codes.add(code := dice.choice(["timeout", "rate_limit"]))
            result = Result("failed", said[3], failure=Failure(code, "It failed."), usage=usage, timing=timing)
        else:
            result = Result("finished", said[3], usage=usage, timing=timing)
        store.finish_output(f"{name}.{position}.0", replace(result, cost_usd=costs[position]), LATER)
    kind = dice.choice(["none", "winner", "tie", "all_bad"])
    if kind != "none":
        verdict = Verdict(kind, (0,) if kind == "winner" else ())  # type: ignore[arg-type]
        store.mark(name, f"{name}.verdict", verdict, (f"{name}.0.0", f"{name}.1.0"), LATER)
    known = [cost for cost in costs if cost is not None]
    numbers = [count for count in counts if count is not None]
    return Made(
        name,
        tuple(said),
        models,
        kind,
        sum(known) if known else None,
        sum(numbers) if numbers else None,
        max(ends),
        frozenset(codes),
        at,
        {"p": "Order bot", "q": "Ticket triage"}[prompt],
    )


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, list[Made]]]:
    """A history of MOST runs, and their descriptions, newest first."""
    store = opened(tmp_path_factory.mktemp("searching") / "history.db")
    store.create_prompt("p", "Order bot", NOW)
    store.create_prompt("q", "Ticket triage", NOW).result(60)
    dice = random.Random(3)
    made = [make(store, number, dice) for number in range(MOST)]
    store.set_meta("done", "yes").result(60)
    assert store.searches.behind() == 0
    yield store, made[::-1]
    store.close()


def holds(made: Made, term: object) -> bool:
    """Whether a term holds for a run, evaluated without an index."""
    if isinstance(term, QueryWords):
        marker = MatchMarker(SearchQuery((replace(term, negated=False),)))
        return any(marker.marks(one) for one in made.texts) != term.negated
    assert isinstance(term, QueryFilter)
    return _holds(made, term) != term.negated


def _holds(made: Made, term: QueryFilter) -> bool:
    value = term.value
    if isinstance(value, QueryRange):
        number = {"cost": made.cost, "tokens": made.tokens, "time": made.longest}[term.field]
        return number is not None and value.holds(number)
    match term.field:
        case "prompt":
            return value.casefold() in made.prompt.casefold()
        case "model":
            return any(value.casefold() in model for model in made.models)
        case "winner":
            return value == {"none": "no", "winner": "yes", "tie": "tie", "all_bad": "bad"}[made.verdict]
        case "error":
            return bool(made.codes) == (value == "yes") if value in ("yes", "no") else value in made.codes
        case "before":
            return made.at < moment(value)
        case "after":
            return made.at >= moment(value)
        case "kind":
            return value == "iteration"
    return False


words = st.builds(
    QueryWords, st.sampled_from([*WORDS, "況", "文の", "alpha beta", "cafe"]), st.booleans(), st.booleans()
).map(lambda made: replace(made, prefix=made.prefix and made.text.isascii()))
FILTERS = """
    model:haiku model:GPT model:opus winner:yes winner:no winner:tie winner:bad error:yes error:no error:timeout
    error:rate_limit prompt:order prompt:TICKET prompt:none cost:>0.01 cost:>=0.01 cost:0 cost:0.01..0.02 cost:<0.5
    tokens:>100 tokens:1000 tokens:<=1100 time:<2s time:>=2s time:>1min before:2026-11-05 after:2026-11-10 after:7d
    before:yesterday before:2020 after:2030 kind:iteration kind:test is:starred
"""
filters = [term for one in FILTERS.split() for text in (one, f"-{one}") for term in parse(text).query.terms]
terms = words | st.sampled_from(filters)


@given(st.lists(terms, max_size=4))
@depth.examples(40, 4500, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_search_finds_exactly_the_matching_runs_in_every_order(
    history: tuple[Store, list[Made]], wanted: list[object]
) -> None:
    store, made = history
    query = SearchQuery(tuple(wanted))  # type: ignore[arg-type]
    expected = [one.uid for one in made if all(holds(one, term) for term in wanted)]
    assert every(store, query) == expected
    first = page(store, query, limit=7)
    assert first.total == SearchTotal(len(expected))
    assert every(store, query, order="oldest") == expected[::-1]
    assert page(store, query, limit=7, order="oldest").total == first.total
    best = page(store, query, limit=MOST, order="best")
    assert sorted(uids(best)) == sorted(expected)
    assert every(store, query, order="best") == uids(best)


@given(typed | any_query.map(lambda query: query))
@depth.examples(80, 4500, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_query_breaks_a_search(history: tuple[Store, list[Made]], query: str | SearchQuery) -> None:
    store, _ = history
    for order in ("newest", "oldest", "best"):
        found = page(store, query, order=order)
        assert found.total is not None
        assert found.total.count >= len(found.rows)


@pytest.mark.parametrize(
    "text",
    ['"', "a AND b", "NEAR(a b)", "text : a", "a + b", "^a", "(a", "a OR", "NOT", "{text} : a", "facts:p1", "\0"],
)
def test_index_query_syntax_has_no_effect(history: tuple[Store, list[Made]], text: str) -> None:
    store, _ = history
    assert uids(page(store, text)) == ([] if parse(text).query.terms else uids(page(store, "")))


def test_best_match_is_first_and_common_words_weigh_least(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = ["rare common", "common", "rare rare rare", "common common", "nothing here at all but common words rare"]
    for n, answer in enumerate(answers):
        store.begin_run(run(f"r{n}", text("x"))).result(60)
        store.finish_output(f"r{n}.0.0", done(answer), LATER).result(60)
    assert uids(page(store, "rare", order="best"))[0] == "r2"
    assert uids(page(store, "common rare", order="best")) == ["r0", "r4"]
    assert uids(page(store, "model:echo", order="best")) == [f"r{n}" for n in (4, 3, 2, 1, 0)]
    monkeypatch.setattr(search_pages, "_COMMON", 3)
    assert uids(page(store, "common rare", order="best")) == ["r0", "r4"]
    monkeypatch.setattr(search_pages, "CANDIDATES", 2)
    bounded = page(store, "common", order="best")
    assert (sorted(uids(bounded)), bounded.within, bounded.total) == (["r3", "r4"], 2, SearchTotal(2, exact=False))


@given(st.lists(st.sampled_from(WORDS), min_size=2, max_size=4), st.booleans())
@depth.examples(40, 1500, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_ranking_a_common_phrase_by_its_words_loses_no_results(
    history: tuple[Store, list[Made]], words: list[str], prefix: bool
) -> None:
    store, made = history
    phrase = QueryWords(" ".join(words), prefix)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_pages, "_COMMON", 0)
        found = uids(page(store, SearchQuery((phrase,)), limit=MOST, order="best"))
    assert sorted(found) == sorted(one.uid for one in made if holds(one, phrase))


def test_common_phrase_is_ranked_by_the_frequency_of_its_words(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = ["a wonderful day", "a wonderful and wonderful, wonderful day", "a wonderful day and what came of it"]
    for n, answer in enumerate([f"{answer}, a wonderful day" for answer in answers]):
        store.begin_run(run(f"r{n}", text("x"))).result(60)
        store.finish_output(f"r{n}.0.0", done(answer), LATER).result(60)
    monkeypatch.setattr(search_pages, "_COMMON", 2)
    assert uids(page(store, '"a wonderful day"', order="best")) == ["r1", "r0", "r2"]
    monkeypatch.setattr(search_pages, "single_words", lambda phrase: ['"nowhere"'])
    assert uids(page(store, '"a wonderful day"', order="best")) == ["r2", "r1", "r0"]


def test_counting_stops_at_the_count_and_time_limits(
    history: tuple[Store, list[Made]], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, _ = history
    monkeypatch.setattr(search_pages, "_COUNTED_AT_ONCE", 5)
    monkeypatch.setattr(search_pages, "_COUNT_FOR_S", 600)
    assert page(store, "kind:iteration", limit=3).total == SearchTotal(MOST)
    monkeypatch.setattr(search_pages, "MOST_COUNTED", 12)
    for query in ("", "kind:iteration"):
        total = page(store, query, limit=3).total
        assert total == SearchTotal(12, exact=False)
        assert total.words == "more than 12 runs"
    assert page(store, "", limit=3, after=SearchCursor(5)).total is None
    monkeypatch.setattr(search_pages, "_COUNT_FOR_S", -1)
    assert page(store, "kind:iteration", limit=3).total == SearchTotal(5, exact=False)


def test_filters_naming_unknown_values_are_reported(history: tuple[Store, list[Made]]) -> None:
    store, _ = history
    found = page(store, "alpha prompt:nobody model:haiku -tag:none error:odd")
    assert (found.unknown, found.rows) == ((1, 3, 4), ())
    known = store.searches.known()
    assert set(known["prompt"]) == {"Order bot", "Ticket triage"}
    assert set(known["model"]) == set(MODELS)
    assert (known["tag"], set(known["error"])) == ((), {"timeout", "rate_limit"})


def test_clock_set_back_hides_no_runs_from_date_filters(store: Store) -> None:
    for day in (10, 20, 5, 21, 15):
        name = f"r{day}"
        store.begin_run(run(name, text("x"), at=f"2026-11-{day:02}T12:00:00.000Z")).result(60)
        store.finish_output(f"{name}.0.0", done("words"), LATER).result(60)
    for query in ("", "words "):
        assert every(store, f"{query} before:2026-11-12") == ["r5", "r10"]
        assert every(store, f"{query} after:2026-11-12") == ["r15", "r21", "r20"]
        assert every(store, f"{query} after:2026-11-21") == ["r21"]
        assert every(store, f"{query} after:2026-11-22") == []


def test_search_can_be_stopped_before_and_during_its_query(history: tuple[Store, list[Made]]) -> None:
    store, _ = history
    stop = SearchStop()
    stop.stop()
    with pytest.raises(StoreError) as caught:
        page(store, "alpha", stop=stop)
    assert caught.value.code == "interrupted"
    assert page(store, "alpha").rows
    ended: list[str] = []
    began = threading.Event()

    def work() -> None:
        try:
            with store._readers.use() as connection:
                later.watch(connection)
                connection.set_progress_handler(lambda: began.set() or later.asked, 100)  # type: ignore[func-returns-value]
                endless = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
                connection.execute(endless).fetchall()
        except StoreError as error:
            ended.append(error.code)

    later = SearchStop()
    thread = threading.Thread(target=work)
    thread.start()
    assert began.wait(10)
    later.stop()
    thread.join(10)
    assert ended == ["interrupted"]


def test_runs_are_found_by_a_prefix_of_their_uid(history: tuple[Store, list[Made]]) -> None:
    store, _ = history
    assert store.searches.find_run("run5") == ["run5", "run50"]
    assert store.searches.find_run("run59") == ["run59"]
    assert store.searches.find_run("x") == []


def test_page_queries_need_no_sorting(history: tuple[Store, list[Made]], monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes a page cost the same everywhere: no statement that reads runs in order builds a table to sort."""
    store, _ = history
    asked: list[tuple[str, object]] = []
    real = search_pages._documents

    class Spy:
        def __init__(self, connection: sqlite3.Connection) -> None:
            self._connection = connection

        def execute(self, statement: str, values: object) -> sqlite3.Cursor:
            asked.append((statement, values))
            return self._connection.execute(statement, values)  # type: ignore[arg-type]

    monkeypatch.setattr(search_pages, "_documents", lambda c, *where, **way: real(Spy(c), *where, **way))  # type: ignore[arg-type]
    for query in ("", "after:2026-11-02", "alpha", "alpha cost:>0.01", "-alpha winner:yes before:2026-11-20"):
        page(store, query)
        page(store, query, order="oldest")
    assert len(asked) == 10
    with store._readers.use() as connection:
        for statement, values in asked:
            steps = connection.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()  # type: ignore[arg-type]
            assert not any("TEMP B-TREE" in step[3] for step in steps), (statement, steps)
