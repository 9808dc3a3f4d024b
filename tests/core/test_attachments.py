"""Which files can be attached to a message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.attachments import MOST_BYTES, AttachError, media_type

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("name", "body", "kind"),
    [
        ("photo.txt", PNG + b"\0\0", "image/png"),
        ("a.jpg", b"\xff\xd8\xff\xe0\0", "image/jpeg"),
        ("a.gif", b"GIF89a\0", "image/gif"),
        ("a.webp", b"RIFF\x10\0\0\0WEBPVP8 \0", "image/webp"),
        ("notes.md", b"# Hi", "text/markdown"),
        ("a.PNG", "not a picture, grüß".encode(), "text/plain"),
        ("rows.CSV", b"\xef\xbb\xbfa,b\n", "text/csv"),
    ],
)
def test_media_type_follows_the_bytes_before_the_file_name(name: str, body: bytes, kind: str) -> None:
    assert media_type(name, body) == kind


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "“x.pdf” is empty"),
        (b"%PDF-1.7\n\xff\xfe\0", "neither a picture"),
        ("Grüße".encode("utf-16"), "neither a picture"),
        (b"a\0b", "neither a picture"),
        (b"a" * (MOST_BYTES + 1), "“x.pdf” has 21 MB; the limit is 21 MB"),
    ],
)
def test_unsupported_files_are_refused_with_a_reason(body: bytes, why: str) -> None:
    with pytest.raises(AttachError, match=why):
        media_type("x.pdf", body)


@given(st.text(min_size=1).filter(lambda text: "\0" not in text and not text.startswith("GIF8")))
def test_any_text_is_detected_as_plain_text(text: str) -> None:
    assert media_type("x", text.encode()) == "text/plain"
