"""The runtime of local models: llama.cpp's server in a process of its own.

Invariant: it listens on 127.0.0.1 only, answers nobody without the key that its parent made up for this one life, and
is gone when its parent is.
"""
