"""Which headers of a stored endpoint are sent."""

from __future__ import annotations

import pytest

from workbench.core.headers import plain_headers, secret_names
from workbench.core.lanes import Endpoint
from workbench.engine.calls import Call
from workbench.engine.child.http import auth_headers
from workbench.engine.child.litellm_arguments import access

_FRAMING = ("Host", "HOST", "Content-Length", "transfer-encoding", "Connection", "Content-Type", "Proxy-Authorization")
_BROKEN = ("Host ", "ho\tst", "x:y", "", "x\r\nHost")
_KEYS = ("Authorization", "X-Api-Key", "api-key", "Cookie", "X-Auth-Token")


@pytest.mark.parametrize("name", [*_FRAMING, *_BROKEN, *_KEYS])
def test_plain_header_changes_neither_the_server_nor_the_key(name: str) -> None:
    headers = ((name, "theirs"), ("X-Team", "a"))
    assert plain_headers(headers) == (("X-Team", "a"),)
    assert auth_headers("mine", headers, ()) == {"authorization": "Bearer mine", "x-team": "a"}
    call = Call("c", Endpoint("e", "litellm", "E", "https://mine.example", headers), "m", (), key="mine")
    assert access(call)["extra_headers"] == {"X-Team": "a"}


@pytest.mark.parametrize("name", [*_FRAMING, *_BROKEN])
def test_secret_header_does_not_change_the_server(name: str) -> None:
    assert secret_names((name, "Authorization")) == ("Authorization",)
    assert auth_headers("", (), ((name, "x"), ("Authorization", "mine"))) == {"authorization": "mine"}
    endpoint = Endpoint("e", "litellm", "E", "https://mine.example")
    call = Call("c", endpoint, "m", (), secret_headers=((name, "x"), ("Authorization", "mine")))
    assert access(call)["extra_headers"] == {"Authorization": "mine"}
