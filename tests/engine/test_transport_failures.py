"""Messages about failing connections: certificates, TLS on the wrong port, and servers of other protocols."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ipaddress
import os
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.engine.listening import Engine, address, quick
from tests.patience import PATIENCE_S
from workbench.core.runs import Failure
from workbench.engine.calls import EngineError
from workbench.engine.child.failures import CallError
from workbench.engine.child.http import HttpClients
from workbench.engine.child.model_listing import ModelLister
from workbench.engine.child.provider import CallProvider

Talk = Callable[[socket.socket], object]
# With "connection: close", because the next request could otherwise use a connection that is being closed.
_HTTP = b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s"
_NGINX = b"<center>The plain HTTP request was sent to HTTPS port</center>"
_GO = b"Client sent an HTTP request to an HTTPS server.\n"
_SETTINGS = b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80"


class Server:
    """A TCP server that handles each connection with a function, until it is closed."""

    def __init__(self, talk: Talk) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._talk = talk
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        talking = []
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self._open.append(connection)
                talking.append(threading.Thread(target=self._answer, args=(connection,)))
                talking[-1].start()
        for thread in talking:
            thread.join()

    def _answer(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            self._talk(connection)
        connection.close()  # otherwise it would be reused

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self._thread.join()


@contextlib.contextmanager
def serving(talk: Talk) -> Iterator[int]:
    server = Server(talk)
    try:
        yield server.port
    finally:
        server.close()


def certificate(file: Path, host: str = "127.0.0.1", days: int = 1) -> Path:
    """Write a self-signed certificate for a host, with its key, that expires in `days`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now, day = datetime.datetime.now(datetime.UTC), datetime.timedelta(days=1)
    other = x509.IPAddress(ipaddress.ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 9 * day)
        .not_valid_after(now + days * day)
        .add_extension(x509.SubjectAlternativeName([other]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(made.public_bytes(pem) + private)
    return file


def tls(file: Path) -> Talk:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)

    def talk(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(65536)

    return talk


def silent(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def saying(words: bytes) -> Talk:
    def talk(connection: socket.socket) -> None:
        connection.sendall(words)
        silent(connection)

    return talk


def answering(words: bytes) -> Talk:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(words)

    return talk


def closing(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.close()


def resetting(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def failure_in(engine: Engine, url: str) -> Failure:
    result = engine.ask(address(url), timeouts=quick(first=PATIENCE_S), retries=0)
    assert result.failure is not None
    with pytest.raises(EngineError) as listed:
        engine.client.list_models(address(url)).result(PATIENCE_S)
    # Listing models fails in the same way; the sentence is the same where the address is the cause.
    if result.failure.code in ("certificate", "bad_address"):
        assert listed.value.failure.sentence == result.failure.sentence
    return result.failure


def failure(url: str, **env: str) -> Failure:
    with Engine(env={**os.environ, **env}) as engine:
        return failure_in(engine, url)


class TestCertificates:
    def test_self_signed_certificate_is_reported(self, tmp_path: Path) -> None:
        with serving(tls(certificate(tmp_path / "c.pem"))) as port:
            found = failure(f"https://127.0.0.1:{port}/v1")
        assert found.code == "certificate"
        assert "self-signed" in found.sentence
        assert "SSL_CERT_FILE" in found.sentence

    def test_trusted_certificate_is_accepted(self, tmp_path: Path) -> None:
        file = certificate(tmp_path / "c.pem")
        with serving(tls(file)) as port:
            assert failure(f"https://127.0.0.1:{port}/v1", SSL_CERT_FILE=str(file)).code == "half_answer"

    def test_expired_certificate_is_reported(self, tmp_path: Path) -> None:
        file = certificate(tmp_path / "c.pem", days=-1)
        with serving(tls(file)) as port:
            found = failure(f"https://127.0.0.1:{port}/v1", SSL_CERT_FILE=str(file))
        assert (found.code, "has expired" in found.sentence) == ("certificate", True)

    def test_certificate_of_another_host_is_reported(self, tmp_path: Path) -> None:
        file = certificate(tmp_path / "c.pem", host="example.com")
        with serving(tls(file)) as port:
            found = failure(f"https://127.0.0.1:{port}/v1", SSL_CERT_FILE=str(file))
        assert (found.code, "another host name" in found.sentence) == ("certificate", True)

    @pytest.mark.parametrize("kind", ["missing", "garbage", "directory"])
    def test_unreadable_certificate_bundle_is_reported_and_http_still_works(self, tmp_path: Path, kind: str) -> None:
        bundle = tmp_path / "ca.pem"
        if kind == "garbage":
            bundle.write_text("no certificate")
        elif kind == "directory":
            bundle.mkdir()
            bundle.chmod(0o755)
        with serving(tls(certificate(tmp_path / "c.pem"))) as port:
            found = failure(f"https://127.0.0.1:{port}/v1", SSL_CERT_FILE=str(bundle))
        assert found.code == "certificate"
        if kind != "directory":
            assert str(bundle) in found.sentence
        with serving(answering(b"HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")) as port:
            assert failure(f"http://127.0.0.1:{port}/v1", SSL_CERT_FILE=str(bundle)).code == "no_key"


class TestWrongPort:
    def test_silent_tls_handshake_times_out(self, shared_engine: Engine) -> None:
        with serving(silent) as port:
            mine = address(f"https://127.0.0.1:{port}/v1")
            found = shared_engine.ask(mine, timeouts=quick(connect=0.3), retries=0).failure
            listing = ModelLister(HttpClients(), cast("CallProvider", None), connect_s=0.3)
            with pytest.raises(CallError) as listed:
                asyncio.run(listing.models(mine, "", ()))
        assert found is not None
        assert found.code == "timeout_connect"
        assert "did not answer the TLS handshake within 0.3 s" in found.sentence
        assert listed.value.failure.sentence == found.sentence

    def test_https_address_of_plain_port_advises_http(self, shared_engine: Engine) -> None:
        with serving(answering(_HTTP % (0, b""))) as port:
            found = failure_in(shared_engine, f"https://127.0.0.1:{port}/v1")
        assert (found.code, "write http://" in found.sentence) == ("bad_address", True)

    def test_http_address_of_tls_port_advises_https(self, shared_engine: Engine, tmp_path: Path) -> None:
        with serving(tls(certificate(tmp_path / "c.pem"))) as port:
            found = failure_in(shared_engine, f"http://127.0.0.1:{port}/v1")
        assert (found.code, "Write https://" in found.sentence) == ("bad_address", True)

    @pytest.mark.parametrize("words", [_NGINX, _GO], ids=["nginx", "Go"])
    def test_tls_server_that_answers_in_plain_http_advises_https(self, shared_engine: Engine, words: bytes) -> None:
        with serving(answering(_HTTP % (len(words), words))) as port:
            found = failure_in(shared_engine, f"http://127.0.0.1:{port}/v1")
        assert (found.code, "Write https://" in found.sentence) == ("bad_address", True)

    @pytest.mark.parametrize(
        ("banner", "name"),
        [
            (b"SSH-2.0-OpenSSH_9.2\r\n", "an SSH server"),
            (b"220 mail.example ESMTP\r\n", "a mail or file server"),
            (b"\x4a\x00\x00\x00\x0a8.0.36\x00", "a server that does not speak HTTP"),
        ],
        ids=["SSH", "SMTP", "MySQL"],
    )
    def test_server_of_another_protocol_is_named(self, shared_engine: Engine, banner: bytes, name: str) -> None:
        met = []

        def greeting(connection: socket.socket) -> None:
            met.append(connection)
            saying(banner)(connection)

        with serving(greeting) as port:
            found = failure_in(shared_engine, f"http://127.0.0.1:{port}/v1")
        assert found.code == "bad_address"
        assert name in found.sentence
        assert len(met) == 2, "one connection for the call, one for the model list, and none to probe the server"

    def test_http_2_only_server_is_reported(self, shared_engine: Engine) -> None:
        with serving(answering(_SETTINGS)) as port:
            found = failure_in(shared_engine, f"http://127.0.0.1:{port}/v1")
        assert (found.code, "not in HTTP/1.1" in found.sentence) == ("bad_address", True)

    @pytest.mark.parametrize("talk", [closing, resetting])
    def test_connection_closed_without_answer_is_reported(self, shared_engine: Engine, talk: Talk) -> None:
        with serving(talk) as port:
            found = failure_in(shared_engine, f"http://127.0.0.1:{port}/v1")
        assert found.code == "half_answer"
        assert "without an answer" in found.sentence
        assert "closed the connection early" not in found.sentence

    def test_unknown_host_is_reported(self, shared_engine: Engine) -> None:
        found = failure_in(shared_engine, "http://no-such-host.invalid/v1")
        assert (found.code, "was not found" in found.sentence) == ("connect_failed", True)
