"""Keys are removed in every spelling."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workbench.core.redaction import MASK, MIN_SECRET, redact

KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=MIN_SECRET, max_size=40)


@given(st.lists(KEYS, max_size=4), st.lists(st.text(max_size=20), max_size=4), st.data())
def test_no_secret_remains_after_redaction(secrets: list[str], texts: list[str], data: st.DataObject) -> None:
    parts = data.draw(st.permutations(secrets + texts))
    cleaned = redact(" ".join(parts), secrets)
    for secret in secrets:
        assert secret not in cleaned


@given(st.text(), st.lists(KEYS, max_size=3))
def test_redaction_is_idempotent_for_text_without_secrets(text: str, secrets: list[str]) -> None:
    if not any(secret in text for secret in secrets):
        assert redact(text, []) == text
        assert redact(redact(text, secrets), secrets) == redact(text, secrets)


def test_every_encoding_of_a_key_is_redacted() -> None:
    secret = 'sk-a"b/c+d=e'
    text = f'raw {secret} json {{"key": "sk-a\\"b/c+d=e"}} url ?key=sk-a%22b%2Fc%2Bd%3De basic c2stYSJiL2MrZD1l end'
    cleaned = redact(text, [secret])
    assert cleaned == f'raw {MASK} json {{"key": "{MASK}"}} url ?key={MASK} basic {MASK} end'


def test_key_that_starts_with_another_key_is_redacted_completely() -> None:
    assert redact("x sk-12345-long y", ["sk-12345", "sk-12345-long"]) == f"x {MASK} y"


def test_short_dummy_keys_are_not_redacted() -> None:
    assert redact("a cat sat", ["a", "", "sat"]) == "a cat sat"
