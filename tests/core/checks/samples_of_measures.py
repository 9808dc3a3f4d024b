"""Samples of similarity, counts, facts of calls, and tool calls."""

from __future__ import annotations

from collections.abc import Iterator

from tests.core.checks.sample import Sample, both, one

PAIRS = (
    ("", ""),
    ("", "abc"),
    ("abc", ""),
    ("kitten", "sitting"),
    ("👍", "👎"),
    ("👍", ""),
    ("caf\u00e9", "cafe\u0301"),
    ("the cat sat on the mat", "the cat sat on the mat"),
    ("The cat sat on the mat.", "the cat sat on the mat"),
    ("the the the the", "the cat sat on the mat"),
    ("mat the on sat cat the", "the cat sat on the mat"),
    ("It's a dog's life, isn't it?", "it is a dog's life, is it not?"),
    ('He said "no" and left.', "he said no and left"),
    ("I cannot go... wanna try?", "i can not go. want to try"),
    ("a", "a"),
    ("a b", "a c"),
    ("a\u00a0b\u2028c", "a b c"),
    ("a\u0085b", "a b"),
    ("1,000.50 $ (net)", "1000.50 $ net"),
    ("x.", "x"),
    ("...", "."),
    ("U.S. and U.K.", "us and uk"),
    ("STRASSE", "straße"),
    ("one two three four five six seven eight", "one two three four six five seven eight nine"),
    ("don't", "do n't"),
    ("''quoted''", "``quoted''"),
    ("a--b; c:d", "a -- b ; c : d"),
)


def similar_samples() -> Iterator[Sample]:
    for answer, value in PAIRS:
        for kind in ("levenshtein", "rouge-n", "bleu", "gleu"):
            yield from both((answer,), kind, value)
    for answer, value in PAIRS[7:16]:
        for kind in ("rouge-n", "bleu", "gleu"):
            for threshold in (0, 0.25, 1):
                yield one(answer, kind, value, threshold=threshold)
    for threshold in (0, 3, 2.5, -1, 100):
        yield from both(("kitten",), "levenshtein", "sitting", threshold=threshold)
    references = ["the cat sat on the mat", "a cat was on the mat", "there is a cat on the mat"]
    for kind in ("levenshtein", "rouge-n", "bleu", "gleu"):
        for value in (references, [], ["a", 1], 42, True, {"a": 1}):
            yield from both(("the cat is on the mat",), kind, value)
        yield {"answer": "x", "check": {"type": kind}}


def numbers_samples() -> Iterator[Sample]:
    answers = ("one two three", "", " a\u00a0b\tc\n", "a\u0085b c", "one")
    for value in (
        3,
        "3",
        " 3 ",
        "0x3",
        "3.0",
        "three",
        "",
        -1,
        0,
        True,
        [3],
        {},
        {"min": 3},
        {"max": 2},
        {"min": 1, "max": 3},
    ):
        yield from both(answers[:3], "word-count", value)
    for value in ({"min": 3, "max": 1}, {"min": "1"}, {"min": None}, {"max": "x"}, {"min": "{{n}}"}, {"other": 1}):
        yield from both(answers[3:], "word-count", value)
    yield {"answer": "x", "check": {"type": "word-count"}}
    for answer in (
        "",
        " \n",
        "Sorry for the delay, here it is.",
        "I must decline.",
        "I’m sorry, I can’t help with that.",
        "As an AI, I think",
        "as an AIs would",
        "It is not appropriate to eat soup with a fork.",
        "Here is the answer.",
        "  I cannot say",
        "We cannot help",
        "I won't WRITE it",
        "İ can't help",
        "I do not feel comfortable",
        "unsorry",
        "null",
        "{}",
    ):
        yield from both((answer,), "is-refusal")
    for reason, value in (("stop", "stop"), ("stop", "STOP"), ("length", "stop"), ("", "stop"), ("stop", ""), ("", "")):
        yield from both(("x",), "finish-reason", value, _finish=reason)
    for value in (42, ["stop"], {"a": 1}):
        yield one("x", "finish-reason", value, _finish="stop")
    yield {"answer": "x", "check": {"type": "finish-reason"}, "finish": "stop"}
    for took, limit in ((100, 100), (101, 100), (0, 0), (5, -1), (5, 5.5)):
        yield from both(("x",), "latency", threshold=limit, _latency=took)
        yield from both(("x",), "cost", threshold=limit, _cost=took)
    for kind, fact in (("latency", {"_latency": 5}), ("cost", {"_cost": 5})):
        yield one("x", kind, 10, **fact)
        yield one("x", kind, **fact)
        yield one("x", kind, threshold=10)


TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "find_order",
            "parameters": {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]},
        },
    }
]


def calls_samples() -> Iterator[Sample]:
    for calls in (
        [["find_order", '{"id":"7"}']],
        [["find_order", "{}"]],
        [["find_order", "not json"]],
        [["other", "{}"]],
        [["find_order", '{"id":7}']],
        [["find_order", '{"id":"7"}'], ["other", "{}"]],
    ):
        yield from both(("",), "is-valid-openai-tools-call", _calls=calls, _tools=TOOLS)
    yield one("text", "is-valid-openai-tools-call", _tools=TOOLS)
    yield one("", "is-valid-openai-tools-call", _calls=[["find_order", "{}"]])
    for answer in (
        '[{"name":"a"},{"name":"b"}]',
        '{"tool_calls":[{"function":{"name":"a"}}]}',
        '[{"function":{"name":"a","arguments":"{}"}},{"type":"tool_use","name":"b"}]',
        '{"type":"function_call","name":"a"}',
        '{"functionCall":{"name":"a"}}',
        '{"toolCall":{"functionCalls":[{"name":"a"},{"name":"b"}]}}',
        'I call:\n{"type":"tool_use","name":"a"}\nand\n[{"name":"b"}]',
        '```json\n{"type":"tool_use","name":"a"}\n```',
        'inline {"type":"tool_use","name":"a"} text',
        "no calls",
        "",
        '{"name":"a"}',
        '{"type":"tool_use","name":"a"}\n{broken',
    ):
        for value in (["a"], ["a", "b"], "a, b"):
            yield one(answer, "tool-call-f1", value)
        yield one(answer, "not-tool-call-f1", ["a", "c"])
        yield one(answer, "tool-call-f1", ["a", "c"], threshold=0.5)
    for value in ("", [], [" "], 42, {"a": 1}):
        yield one("[]", "tool-call-f1", value)
    traces: tuple[list[str], ...] = ([], ["search"], ["search", "search", "reply"], ["reply", "search"])
    for names in traces:
        steps = [[name, "{}"] for name in names]
        for value in (
            "search",
            "SEARCH",
            "sea*",
            "s?arch",
            "s.arch",
            ["search", "reply"],
            ["missing"],
            [],
            {"name": "search", "min": 2},
            {"name": "search", "max": 1},
            {"pattern": "*", "min": 1, "max": 2},
            {"min": 1},
            42,
        ):
            yield from both(("x",), "trajectory:tool-used", value, _trace=steps)
        for value in (
            ["search", "reply"],
            ["search"],
            [],
            {"steps": ["search", "search", "reply"], "mode": "exact"},
            {"steps": ["search", "reply"], "mode": "exact"},
            {"steps": [{"name": "s*"}, {"pattern": "reply"}]},
            {"steps": [{}]},
            "search",
        ):
            yield from both(("x",), "trajectory:tool-sequence", value, _trace=steps)
