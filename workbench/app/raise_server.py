"""Lets a second start raise the window of the first.

Invariant: the socket is local to this user and carries only the request to raise the window. The lock beside the
database, never the socket, decides which process is first.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_WAIT_MS = 2000


def socket_name(db: Path) -> str:
    """Return the name of the socket that belongs to a database file."""
    return "prompt-workbench-" + hashlib.sha256(str(db.resolve()).encode()).hexdigest()[:24]


def ask_to_raise(db: Path) -> bool:
    """Ask the first window to come to the front; return False if it does not answer."""
    socket = QLocalSocket()
    socket.connectToServer(socket_name(db))
    if not socket.waitForConnected(_WAIT_MS):
        return False
    socket.write(b"raise\n")
    sent = socket.waitForBytesWritten(_WAIT_MS)
    socket.disconnectFromServer()
    return sent


class RaiseServer(QObject):
    """Listens for raise requests in the process of the first window."""

    raise_requested = Signal()

    def __init__(self, db: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._connected)
        name = socket_name(db)
        if not self._server.listen(name):
            # Left behind by a window that was killed; the lock proves that no other one lives.
            QLocalServer.removeServer(name)
            self._server.listen(name)

    @property
    def listening(self) -> bool:
        """Whether the server is listening."""
        return self._server.isListening()

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    def _connected(self) -> None:
        while (connection := self._server.nextPendingConnection()) is not None:
            connection.disconnected.connect(connection.deleteLater)
            self.raise_requested.emit()
