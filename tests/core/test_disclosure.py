"""Detection of secrets and personal data in texts."""

from __future__ import annotations

import time

import pytest
from hypothesis import given

from tests.core import strategies as make
from workbench.core.disclosure import DisclosureFinding, findings

FOUND = [
    ("sk-proj-abcdefghijklmnop1234", "an API key"),
    ("AIzaSyA1234567890abcdefghijklmnopqrstuv", "an API key"),
    ("AKIAIOSFODNN7EXAMPLE", "an AWS key"),
    ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "a code host token"),
    ("xoxb-1234567890-abcdef", "a Slack token"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "a signed token"),
    ("-----BEGIN RSA PRIVATE KEY-----", "a private key"),
    ("postgres://ada:hunter22@db.example.org/x", "a password in an address"),
    ('"api_key": "abcdef123456"', "a password"),
    ("ada.lovelace@example.org", "an e-mail address"),
    ("GB82 WEST 1234 5698 7654 32", "an account number (IBAN)"),
    ("4111 1111 1111 1111", "a card number"),
    ("+49 30 1234567", "a telephone number"),
    ("192.168.1.17", "a private network address"),
    ("/home/ada/notes.txt", "a path in a home folder"),
]


@pytest.mark.parametrize(("text", "what"), FOUND)
def test_secrets_and_personal_data_are_found_but_not_revealed(text: str, what: str) -> None:
    (finding,) = findings([("cases/a.jsonl", f"See {text} here.")])
    assert (finding.what, finding.where, finding.count) == (what, "cases/a.jsonl", 1)
    assert text not in finding.sentence


@pytest.mark.parametrize(
    "text",
    [
        "Your order 123ABCDEFG arrives on 2026-11-24 at 10:30.",
        "sk-learn and ask-me-anything",
        "4111 1111 1111 1112",
        "0000 0000 0000 0000",
        "version 10.2",
        "5b4af6630681e6f339bb220c4e1f398cf5c378375fd0e6f353e8535427b9e91c",
        "{{password}}",
        "The secret: be brief",
        "uid 01939f2a-7b1c-7e43-8d1a-2f4b5c6d7e8f",
    ],
)
def test_harmless_similar_texts_are_ignored(text: str) -> None:
    assert findings([("f", text)]) == ()


def test_repeated_finding_is_reported_once_with_a_count() -> None:
    text = "ada@example.org, bo@example.org and ada@example.org"
    assert findings([("f", text)]) == (
        DisclosureFinding("an e-mail address", "f", "a…@example.org", 2),
        DisclosureFinding("an e-mail address", "f", "b…@example.org", 1),
    )


@given(make.texts)
def test_any_text_can_be_scanned(text: str) -> None:
    findings([("f", text)])


CPU_S = 30
"""Normally a tenth of a second; hours if the time were quadratic."""


@pytest.mark.parametrize("piece", ["a@", "sk-", "1 ", "A1 ", "+1 ", "x://y:", "password ", "eyJaaaaaaaa.", "a.b@c."])
def test_long_texts_are_scanned_quickly(piece: str) -> None:
    began = time.process_time()
    findings([("f", piece * 100_000)])
    assert time.process_time() - began < CPU_S


@pytest.mark.parametrize("before", [0, 1, 19_985, 19_990, 19_999, 20_000, 20_001, 39_990])
def test_address_is_found_at_any_position_in_a_long_text(before: int) -> None:
    text = f"{'x' * before} ada@example.org and again {'y' * 50_000} ada@example.org"
    (found,) = findings([("a", text)])
    assert (found.what, found.count) == ("an e-mail address", 2)


def test_secret_longer_than_a_chunk_is_found_once() -> None:
    (found,) = findings([("a", "sk-" + "a1" * 30_000)])
    assert (found.what, found.count) == ("an API key", 1)
