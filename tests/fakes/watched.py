"""Watches which addresses processes contact: Python's audit events of sockets, in a process and all its children.

The hook is a `sitecustomize` module in a folder of its own on PYTHONPATH, which children of the product inherit. It
writes one line for each connection into a file beside it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

_HOOK = """
import os, sys

_LOG = os.path.join(os.path.dirname(os.path.abspath(__file__)), "contacted")


def _watch(event, args):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = args[1] if event != "socket.sendmsg" else args[-1]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        address = args[:2] if event == "socket.getaddrinfo" else args[:1]
    else:
        return
    if not isinstance(address, tuple):
        return  # a local socket, such as that of the keyring
    line = f"{event} {address[0]} {address[1] if len(address) > 1 else ''} {' '.join(sys.orig_argv[1:4])}\\n"
    file = os.open(_LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(file, line.encode("utf-8", "replace"))
    finally:
        os.close(file)


sys.addaudithook(_watch)
"""
_OF_THIS_COMPUTER = frozenset({"127.0.0.1", "::1", "localhost"})


class WatchedConnections:
    """The connections of processes that are started with `env`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        (folder / "sitecustomize.py").write_text(_HOOK, "utf-8")
        self._folder, self._log = folder, folder / "contacted"

    def env(self, env: Mapping[str, str] = os.environ) -> dict[str, str]:
        """Return `env` with the hook."""
        return {**env, "PYTHONPATH": os.pathsep.join(filter(None, (str(self._folder), env.get("PYTHONPATH"))))}

    def all(self) -> list[str]:
        """Return a line for each connection and look-up so far: event, host, port, program."""
        return self._log.read_text("utf-8").splitlines() if self._log.exists() else []

    def leaving(self) -> list[str]:
        """Return those that were not to this computer."""
        return [line for line in self.all() if line.split(" ")[1] not in _OF_THIS_COMPUTER]
