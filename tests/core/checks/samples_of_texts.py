"""Samples of equals, contains and its relatives, starts-with and regex."""

from __future__ import annotations

from collections.abc import Iterator

from tests.core.checks.sample import Sample, both, one

HOSTILE = (
    "",
    " ",
    "\n",
    "hello world",
    "Hello World",
    "HELLO, world!",
    "straße",
    "STRASSE",
    "İstanbul",
    "istanbul",
    "ΟΔΟΣ",
    "οδος",
    "οδοσ",
    "caf\u00e9",
    "cafe\u0301",
    "👍🏽 ok",
    "\ud83d half",
    "a\u00a0b\u2028c\ufeffd",
    "a\u0085b\x1cc",
    "null",
    "undefined",
    "true",
    "42",
    "42.0",
    "[object Object]",
    "a,b,c",
    'say "hi", she said',
    "{{x}}",
    "{% if x %}",
    "back\\slash",
    "$&$1",
    "tab\there",
)


def texts_samples() -> Iterator[Sample]:
    for kind in ("equals", "contains", "icontains", "starts-with"):
        for answer in HOSTILE:
            yield one(answer, kind, answer)
        for value in ("", 42, 42.0, 0, 1e21, 1e-7, True, False, ["a"], {"a": 1}, [], "null", "[object Object]"):
            yield from both(("42", "a"), kind, value)
        yield {"answer": "undefined", "check": {"type": kind}}
        yield {"answer": "null", "check": {"type": kind, "value": None}}
        yield {"answer": "x", "check": {"type": f"not-{kind}"}}
    for answer, value in (
        ("straße", "STRASSE"),
        ("İstanbul", "istanbul"),
        ("İstanbul", "i̇stanbul"),
        ("ΟΔΟΣ", "οδος"),
        ("ΟΔΟΣ", "οδοσ"),
        ("caf\u00e9", "cafe\u0301"),
        ("Kelvin \u212a", "kelvin k"),
        ("HELLO, world!", "hello, WORLD"),
        ("ǅ", "ǆ"),
        ("ﬁn", "FIN"),
    ):
        yield from both((answer,), "icontains", value)
        yield from both((answer,), "contains", value)
    for value, answers in (
        ({"a": 1, "b": [1, 2]}, ('{"b":[1,2],"a":1}', '{"a":1.0,"b":[1,2]}', '{"a":1,"b":[2,1]}', "nope", '{"a":1}')),
        ([1, "2", None], ('[1,"2",null]', "[1,2,null]", '[ 1, "2" , null ]', "1,2,", "")),
        ({}, ("{}", "[]", "null", "")),
        ([], ("[]", "{}", "0")),
        ({"n": 0}, ('{"n":-0}', '{"n":0.0}', '{"n":false}')),
        ({"n": 9007199254740993}, ('{"n":9007199254740992}', '{"n":9007199254740993}')),
        ('{"a":1}', ('{"a":1}', '{"a": 1}')),
    ):
        yield from both(answers, "equals", value)


def lists_samples() -> Iterator[Sample]:
    for kind in ("contains-any", "contains-all", "icontains-any", "icontains-all"):
        for value in (
            "hello,world",
            " hello , world ",
            '"hello, world", x',
            'a,"b ""c""",d',
            '"unclosed',
            '"a" b',
            ",,,",
            '"a\\"b"',
            "HELLO",
            ["hello", "world"],
            ["hello", "nope"],
            ["nope"],
            [],
            [""],
            [42, True, None],
            [["a", "b"], {"c": 1}],
            42,
            "",
            {"a": 1},
        ):
            yield from both(("hello, world",), kind, value)
        yield from both(('a b "c" d a"b 42 true null a,b [object Object]',), kind, [42, True, None, ["a", "b"], {}])
        yield from both(('a b "c" d a"b',), kind, 'a,"b ""c""",d')
        yield {"answer": "x", "check": {"type": kind}}


def patterns_samples() -> Iterator[Sample]:
    for value in (
        "^hello",
        "world$",
        "/hello/i",
        "(?i)hello",
        "(?P<a>h)",
        r"o\Z",
        "h++",
        r"\d{3}",
        r"\bw\w+\b",
        r"\p{L}",
        "(",
        "[",
        "a{2,1}",
        "(?<=hello )w",
        "(?<year>[0-9]+)",
        "^.$",
        r"^\S$",
        "^..$",
        r"\s",
        r"^[\w]+$",
        "^$",
        ".",
        "[^]",
        "x*",
        "(?:a|b)+?c",
        "\\/",
        "{",
        "}",
        "]",
    ):
        yield from both(("hello world", "Hello 123", "👍"), "regex", value)
    for answer in ("a\n", "a\nb", "\u0085", "\ufeff", "é", "٣", "aac/pp{}]"):
        for value in ("a$", "^b", r"^\s$", r"^\w$", r"^\d$", r"^\W$", "a.b", r"\p{L}"):
            yield one(answer, "regex", value)
    for value in ("", 42, True, ["a"], {"a": 1}):
        yield from both(("42",), "regex", value)
    yield {"answer": "x", "check": {"type": "regex"}}
