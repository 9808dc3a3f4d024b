"""The runtime of local models: llama.cpp's server in its own process.

Invariant: it listens on 127.0.0.1 only, requires the key that its parent generated for this process, and exits with
its parent.
"""
