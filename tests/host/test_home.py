"""Without HOME the account's home is used, never the root of the file system."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from workbench.host.dirs import ensure_home, home_of, places
from workbench.host.errors import HostError


@pytest.mark.parametrize("home", ["", "relative", None])
def test_empty_home_falls_back_to_the_account_home(home: str | None) -> None:
    env = {} if home is None else {"HOME": home}
    account = Path(pwd.getpwuid(os.getuid()).pw_dir)
    assert home_of(env) == account
    assert places(env).data == account / ".local" / "share" / "prompt-workbench"
    ensure_home(env)
    assert env["HOME"] == str(account)


def test_account_without_home_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: int) -> None:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    with pytest.raises(HostError, match="Set HOME"):
        places({"HOME": ""})
