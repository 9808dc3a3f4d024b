"""Which names and values are taken for keys."""

from __future__ import annotations

import pytest

from workbench.core.secret_names import is_secret_name, is_secret_value

SECRET = """
    OPENAI_API_KEY OPENAI_KEY_2 OPENAI_API_KEY2 X_KEY KEYS MY_APIKEY AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
    aws_secret_access_key AWS_SESSION_TOKEN HF_TOKEN TOKEN ACCESSTOKEN TOKENS MY_SECRET CLIENT_SECRETS APPSECRET
    DB_PASS DB_PASSWORD MYPASSWORD PASSWORD_FILE PGPASSWORD PGPASSFILE MYSQL_PWD MYSQLPWD SSH_PASSPHRASE SSHPASS_PASSWD
    CREDS GIT_CREDENTIALS GOOGLE_APPLICATION_CREDENTIALS CREDENTIAL AUTH BASIC_AUTH PROXY_AUTHORIZATION OAUTH2 BEARER
    COOKIE SESSION_COOKIES JWT MY_JWT_2 GITHUB_PAT PAT SENTRY_DSN AZURE_SAS OTP WEBHOOK_SIGNATURE apiKey clientSecret
    AZURE_STORAGE_CONNECTION_STRING KUBECONFIG NETRC X-Api-Key
"""
HARMLESS = """
    KEYBOARD_LAYOUT XKB_KEYMAP MONKEY TURKEY_CITY AUTHOR AUTHORS GIT_AUTHOR_NAME PASSAGE PASSENGER COMPASS BYPASS_CACHE
    PATH PATTERN PATCH SECRETARY TOKENIZER MAX_TOKENS MAX_OUTPUT_TOKENS PWD OLDPWD HOME CITY LANG LC_ALL MODEL USER
    DATABASE_NAME CREDIT_LIMIT CREDO COOKIECUTTER SASS_VERSION SESSION DESKTOP_SESSION PYTHONPATH CI TZ NUMBER_2
"""


@pytest.mark.parametrize("name", SECRET.split())
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", HARMLESS.split())
def test_names_that_only_look_like_it(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("postgres://me:word@db.example/x", True),
        ("https://:word@host", True),
        ("jdbc:postgresql://db/x?user=me&password=word", True),
        ("Server=db;User=me;Password=word", True),
        ("https://storage.example/x?sig=abc", True),
        ("sk-proj-abc", True),
        ("-----BEGIN RSA PRIVATE KEY-----", True),
        ("postgres://db.example:5432/x", False),
        ("https://example.org/a?page=2", False),
        ("mailto:me@example.org", False),
        ("Rome", False),
        ("The password is hidden", False),
        ("", False),
    ],
)
def test_values_that_look_like_secrets(value: str, expected: bool) -> None:
    assert is_secret_value(value) is expected
