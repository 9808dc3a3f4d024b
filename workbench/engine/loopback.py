"""Loopback detection for host names and addresses. Pure.

Invariant: every spelling that the operating system resolves to the loopback counts, so that no request to this machine
is ever sent to a proxy.
"""

from __future__ import annotations

import ipaddress
import socket


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is this machine: `localhost`, 127.0.0.0/8 and ::1, in any spelling.

    The unspecified addresses (0.0.0.0, ::) reach this machine as well.
    """
    name = host.strip("[]").split("%", 1)[0].rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return _is_short_loopback(name)
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    return address.is_loopback or address.is_unspecified


def _is_short_loopback(name: str) -> bool:
    # The resolver accepts 127.1, 0x7f000001 and 2130706433 as addresses, `ipaddress` does not.
    try:
        address = ipaddress.IPv4Address(socket.inet_aton(name)) if name[:1].isdigit() else None
    except (OSError, ValueError):
        return False
    return address is not None and (address.is_loopback or address.is_unspecified)
