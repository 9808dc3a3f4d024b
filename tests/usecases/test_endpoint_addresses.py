"""Addresses that people enter for endpoints."""

from __future__ import annotations

import pytest

from tests.usecases.making import ALL
from workbench.engine.loopback import is_loopback
from workbench.usecases.endpoint_form import (
    EndpointForm,
    check_form,
    clean_url,
    is_secret_header,
    name_of,
    versioned_url,
    warnings,
)


def form(name: str = "Mine", url: str = "http://localhost:1/v1", **more: object) -> EndpointForm:
    return EndpointForm(name, url, **more)  # type: ignore[arg-type]


class TestAddresses:
    @pytest.mark.parametrize(
        "url",
        [
            "",
            "localhost:8000",
            "ftp://h/v1",
            "http://",
            "http://a b/",
            "http://u:p@h/v1",
            "http://h/v1?k=1",
            "http://h/#x",
            "http://[::1",
            "http://h:99999/v1",
            "javascript:alert(1)",
            "http://h:0/",
            "http://h\x00.example/v1",
            "http://h/v1\x07",
            "http://h/\u202ev1",
            "http://h/a\tb",
        ],
    )
    def test_invalid_address_is_reported(self, url: str) -> None:
        (wrong,) = check_form(form(url=url), ALL)
        assert wrong.where == "base_url"
        assert wrong.sentence.endswith(".")

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            (" http://LOCALHOST:8000/v1/ ", "http://LOCALHOST:8000/v1"),
            ("HTTPS://h.example/v1/chat/completions", "https://h.example/v1"),
            ("http://[::1]:8/v1/models", "http://[::1]:8/v1"),
            ("http://h", "http://h"),
        ],
    )
    def test_address_is_normalised(self, typed: str, kept: str) -> None:
        assert check_form(form(url=typed), ALL) == ()
        assert clean_url(typed) == kept

    def test_whitespace_around_a_header_value_is_accepted(self) -> None:
        assert check_form(form(headers=(("X", " a b \r\n"),)), ALL) == ()

    @pytest.mark.parametrize("name", ["", "a/b", "echo", "OpenAI", "my SERVER", "a\nb"])
    def test_ambiguous_or_taken_endpoint_names_are_refused(self, name: str) -> None:
        assert [wrong.where for wrong in check_form(form(name), ALL)] == ["name"]

    def test_endpoint_can_keep_its_own_name(self) -> None:
        assert check_form(form("My server", uid="e1"), ALL) == ()

    @pytest.mark.parametrize(
        "headers",
        [
            (("a b", "x"),),
            (("", "x"),),
            (("X", "a\r\nEvil: 1"),),
            (("X", "1"), ("x", "2")),
            (("Host", "h"),),
            (("X", "é"),),
            (("X", "a\nb"),),
            (("X", "a\x00b"),),
        ],
    )
    def test_headers_that_cannot_be_sent_are_refused(self, headers: tuple[tuple[str, str], ...]) -> None:
        assert [wrong.where for wrong in check_form(form(headers=headers), ALL)] == ["headers"]

    def test_plain_http_warns_only_for_other_machines(self) -> None:
        assert warnings("http://127.0.0.1:1/v1") == warnings("https://h.example/v1") == ()
        assert "unencrypted" in warnings("http://10.0.0.5:8000/v1")[0]

    @pytest.mark.parametrize(
        ("host", "is_it"),
        [
            ("localhost", True),
            ("LOCALHOST.", True),
            ("a.localhost", True),
            ("127.8.8.8", True),
            ("127.1", True),
            ("2130706433", True),
            ("0x7f.1", True),
            ("0.0.0.0", True),
            ("::1", True),
            ("0:0:0:0:0:0:0:1", True),
            ("::ffff:127.0.0.1", True),
            ("[::1]", True),
            ("128.0.0.1", False),
            ("127.0.0.1.example", False),
            ("::2", False),
            ("h", False),
            ("", False),
        ],
    )
    def test_loopback_hosts_are_recognised(self, host: str, is_it: bool) -> None:
        assert is_loopback(host) is is_it

    @pytest.mark.parametrize(
        ("name", "value", "secret"),
        [
            ("Authorization", "x", True),
            ("X-Api-Key", "x", True),
            ("cookie", "x", True),
            ("X-Title", "Workbench", False),
            ("X-Title", "sk-abcdefgh12345678", True),
            ("HTTP-Referer", "https://example.org", False),
        ],
    )
    def test_secret_headers_are_recognised(self, name: str, value: str, secret: bool) -> None:
        assert is_secret_header(name, value) is secret


@pytest.mark.parametrize(
    ("url", "versioned"),
    [
        ("http://h:8000", "http://h:8000/v1"),
        (" http://h:8000/ ", "http://h:8000/v1"),
        ("http://h/api", "http://h/api/v1"),
        ("http://h/chat/completions", "http://h/v1"),
        ("http://h/v1", ""),
        ("http://h/V1/", ""),
        ("http://h/v1beta/models", ""),
        ("http://h/api/v4", ""),
        ("h:8000", ""),
    ],
)
def test_address_without_a_version_has_one_with_v1(url: str, versioned: str) -> None:
    assert versioned_url(form(url=url)) == versioned


def test_address_of_another_protocol_gets_no_version() -> None:
    assert versioned_url(form(url="http://h", provider="azure")) == ""


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://localhost:8000/v1", "localhost:8000"),
        ("https://api.groq.com/openai/v1", "groq.com"),
        ("https://www.h.example", "h.example"),
        ("localhost:8000", ""),
        ("http://[::1", ""),
    ],
)
def test_name_comes_from_the_host(url: str, name: str) -> None:
    assert name_of(url) == name
