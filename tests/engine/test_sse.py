"""The parser of server-sent events."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.engine.child.sse import MAX_EVENT, EventStream, EventTooLongError, ServerEvent


def parse(data: bytes, *cuts: int) -> list[ServerEvent]:
    stream, events, last = EventStream(), [], 0
    for cut in (*sorted(cuts), len(data)):
        events += stream.feed(data[last:cut])
        last = cut
    return events + stream.close()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"data: a\n\n", ["a"]),
        (b"data:a\n\ndata:  b\n\n", ["a", " b"]),
        (b"data: a\r\n\r\ndata: b\r\rdata: c\n\n", ["a", "b", "c"]),
        (b"data: a\ndata: b\ndata\n\n", ["a\nb\n"]),
        (b": ping\n\ndata: a\n: mid\n\n", ["a"]),
        (b"id: 1\nretry: 5\nfoo: x\ndata: a\n\n", ["a"]),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b"data: \xff\xe2\x82\xac\n\n", ["\ufffd€"]),
        (b"data: a\n\ndata: cut off", ["a", "cut off"]),
        (b"\n\n\n", []),
        (b"event: x\n\n", []),
        (b"<html>no</html>", []),
    ],
)
def test_stream_is_parsed_into_events(data: bytes, expected: list[str]) -> None:
    assert [event.data for event in parse(data)] == expected


def test_event_name_applies_to_its_event_only() -> None:
    assert parse(b"event: error\ndata: a\n\ndata: b\n\nevent: x\n\ndata: c\n\n") == [
        ServerEvent("a", "error"),
        ServerEvent("b"),
        ServerEvent("c"),
    ]


lines = st.sampled_from(
    [b"data: \xe2\x82\xac\xf0\x9f\x98\x80", b"data: x", b"data:", b": c", b"event: e", b"", b"", b"junk"]
)
ends = st.sampled_from([b"\n", b"\r\n", b"\r"])


@given(st.lists(st.tuples(lines, ends), max_size=12), st.lists(st.integers(0, 200), max_size=8), st.booleans())
def test_parsed_events_do_not_depend_on_chunk_boundaries(
    parts: list[tuple[bytes, bytes]], cuts: list[int], bom: bool
) -> None:
    data = (b"\xef\xbb\xbf" if bom else b"") + b"".join(line + end for line, end in parts)
    assert parse(data, *(min(cut, len(data)) for cut in cuts)) == parse(data)
    assert parse(data, *range(len(data))) == parse(data)


def test_oversized_event_is_rejected_early() -> None:
    stream = EventStream()
    for _ in range(MAX_EVENT // 65536):
        stream.feed(b"x" * 65536)
    with pytest.raises(EventTooLongError):
        stream.feed(b"x" * 65536)


def test_data_lines_of_one_event_share_one_limit() -> None:
    stream = EventStream()
    for _ in range(8):
        stream.feed(b"data: " + b"x" * 1_000_000 + b"\n")
    with pytest.raises(EventTooLongError):
        stream.feed(b"data: " + b"x" * 1_000_000 + b"\n")
