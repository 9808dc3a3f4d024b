"""Text is stored and read byte for byte."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests import depth
from tests.store.making import FULL_RESULT, LATER, NOW, lane, opened, run, uids
from workbench.core.content import Content, Message, canonical
from workbench.core.drafts import Draft
from workbench.core.lanes import ECHO, Lane
from workbench.core.money import Usage
from workbench.core.runs import Failure, Result
from workbench.store import Store, StoreError
from workbench.store.records import PartialText

HOSTILE = "\u00a0{# \u2028\r\x00\u200f🙂é e\u0301 \\frac{1}{2} {% raw %} <%= x %> ${y}\n\n"
texts = st.one_of(st.text(), st.text(alphabet="\u00a0\u2028\r\n\0 {}#%模型🙂\u0301\u200fa"))
contents = st.builds(
    Content,
    st.lists(st.builds(Message, st.sampled_from(("system", "user", "assistant")), texts), max_size=4).map(tuple),
    st.sampled_from(("plain", "jinja")),
)
values = st.dictionaries(texts, texts, max_size=4).map(lambda d: tuple(d.items()))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    # One history for all examples, because opening one would dominate the time.
    store = opened(tmp_path_factory.mktemp("exact") / "history.db")
    store.create_prompt("p", "Exact", NOW).result(60)
    yield store
    store.close()


fresh = uids("example")


@depth.examples(25, 1500)
@given(contents, values, texts)
@example(Content((Message("user", HOSTILE),)), ((HOSTILE, HOSTILE),), HOSTILE)
def test_drafts_are_stored_unchanged(
    shared: Store, content: Content, values: tuple[tuple[str, str], ...], label: str
) -> None:
    draft = Draft(content, values, (Lane("A", ECHO, "echo", label=label),))
    shared.save_draft("p", draft, NOW).result(60)
    assert shared.draft("p") == draft


@depth.examples(25, 1500)
@given(contents, values, texts, texts)
@example(Content((Message("user", HOSTILE),)), ((HOSTILE, HOSTILE),), HOSTILE, HOSTILE)
def test_runs_are_stored_unchanged(
    shared: Store, content: Content, values: tuple[tuple[str, str], ...], note: str, answer: str
) -> None:
    name = fresh()
    shared.begin_run(run(name, content, values=values, note=note)).result(60)
    result = Result("finished", answer, note, request={"messages": [answer, note]}, response=[answer])
    shared.finish_output(f"{name}.0.0", result, LATER).result(60)
    detail = shared.iteration_detail(name)
    assert detail.content == content
    assert canonical(detail.content) == canonical(content)
    assert (detail.values, detail.row.note) == (values, note)
    assert detail.outputs[0].result == result


@depth.examples(20, 1000)
@given(st.lists(st.text(max_size=6), max_size=12))
def test_partial_text_is_stored_unchanged(shared: Store, pieces: list[str]) -> None:
    name = fresh()
    shared.begin_run(run(name, Content((Message("user", "x"),)))).result(60)
    at = 0
    for piece in pieces:
        saved = shared.save_partials([PartialText(f"{name}.0.0", "text", at, piece)])
        at += len(piece)
        saved.result(60)
    assert shared.iteration_detail(name).outputs[0].result.text == "".join(pieces)
    shared.finish_output(f"{name}.0.0", Result("stopped", "".join(pieces)), LATER).result(60)


BROKEN = "half of an emoji: \ud83d"


def test_text_with_a_lone_surrogate_is_refused_in_runs_versions_and_names(store: Store) -> None:
    broken = Content((Message("user", BROKEN),))
    for start in (
        run("r", broken),
        run("r", Content((Message("user", "x"),)), values=(("a", BROKEN),)),
        run("r", Content((Message("user", "x"),)), note=BROKEN),
    ):
        with pytest.raises(StoreError, match="half of a character") as caught:
            store.begin_run(start).result(60)
        assert caught.value.code == "text"
    with pytest.raises(StoreError, match="half of a character"):
        store.add_version("p", "v", broken, None, NOW).result(60)
    with pytest.raises(StoreError, match="half of a character"):
        store.rename_prompt("p", BROKEN, NOW).result(60)
    assert store.versions("p") == []
    assert store.iterations("p") == []


def test_draft_with_a_lone_surrogate_is_stored_unchanged(store: Store) -> None:
    draft = Draft(Content(()), (("a", BROKEN),), (lane(),))
    store.save_draft("p", draft, NOW).result(60)
    assert store.draft("p") == draft


def test_answer_with_a_lone_surrogate_is_stored_with_a_replacement(store: Store) -> None:
    store.begin_run(run("r", Content((Message("user", "x"),)))).result(60)
    store.save_partials([PartialText("r.0.0", "text", 0, BROKEN)]).result(60)
    result = Result(
        "failed",
        BROKEN,
        BROKEN,
        failure=Failure("bad", BROKEN, BROKEN),
        request={"messages": BROKEN},
        response={"raw": BROKEN},
    )
    store.finish_output("r.0.0", result, LATER).result(60)
    stored = store.iteration_detail("r").outputs[0].result
    assert stored.text == stored.reasoning == "half of an emoji: \ufffd"
    assert stored.response == {"raw": BROKEN}
    assert stored.request == {"messages": BROKEN}


@pytest.mark.parametrize("count", [-1, 2**63, 10**40, 1.5, True, "7"])
def test_invalid_token_count_is_stored_as_unknown(store: Store, count: object) -> None:
    store.begin_run(run("r", Content((Message("user", "x"),)))).result(60)
    usage = Usage(count, 5, count, count)  # type: ignore[arg-type]
    store.finish_output("r.0.0", Result("finished", "kept", usage=usage), LATER).result(60)
    stored = store.iteration_detail("r").outputs[0].result
    assert (stored.text, stored.usage) == ("kept", Usage(None, 5, None, None))


def test_long_answers_are_stored_unchanged(store: Store) -> None:
    store.begin_run(run("r", Content((Message("user", "x" * 1_000_000),)))).result(60)
    answer = FULL_RESULT.text * 200_000
    store.finish_output("r.0.0", Result("finished", answer), LATER).result(60)
    assert store.iteration_detail("r").outputs[0].result.text == answer
