"""Origins of addresses: which addresses are the same server, and masked secrets."""

from __future__ import annotations

import httpx
import pytest

from workbench.core.origins import base_origin, origin_of, shown_address


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com"),
        ("HTTPS://API.OpenAI.com:443", "https://api.openai.com"),
        ("http://localhost:8000/v1/", "http://localhost:8000"),
        ("http://127.0.0.1:80/v1?x=1#y", "http://127.0.0.1"),
        ("https://h:8443?api-version=2024-10-21", "https://h:8443"),
        ("http://[::1]:11434/v1", "http://[::1]:11434"),
        ("http://my_server:8000/v1", "http://my_server:8000"),
        ("https://münchen.example/v1", "https://xn--mnchen-3ya.example"),
        ("  https://a.example  ", "https://a.example"),
    ],
)
def test_origin_consists_of_scheme_host_and_port(address: str, origin: str) -> None:
    assert origin_of(address) == origin
    assert origin_of(origin) == origin


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example", "http://a.example"),
        ("https://a.example", "https://a.example:8443"),
        ("https://a.example", "https://b.a.example"),
        ("https://a.example", "https://a.example."),
        ("https://a.example", "https://a.example.evil.example"),
    ],
)
def test_different_scheme_host_or_port_is_a_different_origin(one: str, other: str) -> None:
    assert origin_of(one) != origin_of(other)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "api.openai.com",
        "ftp://a.example",
        "https://",
        "https:///v1",
        "https://user@a.example",
        "https://a.example\\@evil.example",
        "https://a.example@evil.example/v1",
        "https://a.example:443@evil.example",
        "https://a.example:0",
        "https://a.example:70000",
        "https://a..example",
        "https://a.example/v1\nHost: evil.example",
        "https://a.example /v1",
        "https://a%2eexample",
        "https://a.example%00.evil.example",
        "https://[::1",
        "file:///etc/passwd",
        "https://a.example￿",
        # IDNA 2003 maps these to ss, σ and nothing; IDNA 2008 registers them as separate names.
        "https://faß.example/v1",
        "https://FAẞ.example/v1",
        "https://βόλος.example/v1",
        "https://a\u200db.example/v1",
        "https://a.example／.evil.example/v1",
        "https://a.example＠evil.example/v1",
    ],
)
def test_invalid_or_ambiguous_address_has_no_origin(address: str) -> None:
    assert origin_of(address) == ""


@pytest.mark.parametrize(
    "address",
    [
        *("https://api.openai.com/v1", "http://localhost:8000/v1", "http://[::1]:11434/v1"),
        *(
            "https://münchen.example/v1",
            "https://MÜNCHEN.example/v1",
            "https://日本語.example/v1",
            "https://日本語。example/v1",
        ),
    ],
)
def test_origin_is_the_server_that_httpx_connects_to(address: str) -> None:
    url = httpx.URL(address)
    host = url.raw_host.decode()
    shown = f"[{host}]" if ":" in host else host
    port = "" if url.port is None else f":{url.port}"
    assert origin_of(address) == f"{url.scheme}://{shown}{port}"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com/v1"),
        ("https://a.example/models@1", "https://a.example/models@1"),
        ("https://user:secret@a.example/v1", "https://•••@a.example/v1"),
        ("user:secret@a.example", "•••@a.example"),
        ("https://user:s/e?c#r@et@a.example/v1?key=secret", "https://•••@a.example/v1?•••"),
        ("https://a.example/v1?key=secret#secret", "https://a.example/v1?•••"),
        ("https://a.example#secret", "https://a.example#•••"),
        ("https://[::1", "https://[::1"),
        ("", ""),
    ],
)
def test_secrets_in_an_address_are_masked(address: str, shown: str) -> None:
    assert shown_address(address) == shown
    assert shown_address(shown) == shown
    assert base_origin(address) == (origin_of(address) if shown == address else "")
