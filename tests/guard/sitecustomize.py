"""Forbids every way out of this computer to a test and to the Python programs it starts.

`tests/conftest.py` puts this folder on PYTHONPATH, so that Python reads it at start.
"""

import ipaddress
import sys

WATCHED = {"socket.bind", "socket.connect", "socket.getaddrinfo", "socket.sendto"}


class OutsideNetworkError(RuntimeError):
    """No OSError, so that no code takes it for a network that is down."""


def on_this_computer(host):
    """Tell whether a name or address is the loopback."""
    if isinstance(host, bytes):
        host = host.decode()
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def guard(event, details):
    """Refuse what would reach, or be reached from, another computer."""
    if event not in WATCHED:
        return
    if event == "socket.getaddrinfo":
        host = details[0]
    else:
        address = details[1]
        if not isinstance(address, tuple):  # a socket file
            return
        host = address[0]
    if host is not None and not on_this_computer(host):
        message = f"{event}: a test may only speak with this computer, not with {host!r}"
        raise OutsideNetworkError(message)


sys.addaudithook(guard)
