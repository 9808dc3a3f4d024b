"""Fakes and stand-ins for tests: servers on the loopback address, histories, engines."""
