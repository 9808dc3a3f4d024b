"""Operating system services: ids, time, directories, locks, keys, processes, resource files.

Invariant: everything that depends on the machine is accessed through this package; it does not depend on the database,
the engine or the screen, and every failure is a HostError with a sentence for the user.
"""
