"""What people take away of the history: lines of JSON, a table, a text, a page.

Invariant: equal runs give equal bytes, so nothing says when, where or by whom a file was written. Pieces come as the
runs do, so that a file of any size is written with the memory of one part of one run.
"""
