"""Controllers and item models between use cases and widgets.

Invariant: QtCore only. Everything that can wait (SQLite, keyring, network, engine) runs off the UI thread; results
come back as signals on it.
"""
