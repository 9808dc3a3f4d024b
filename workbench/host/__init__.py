"""What the operating system gives: identities, time, directories, locks, keys, processes, files beside the code.

Invariant: everything that depends on the machine comes through here as an argument or a value; nothing here knows
the database, the engine or the screen, and whatever goes wrong is a HostError with a sentence for people.
"""
