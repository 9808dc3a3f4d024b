"""Running, scoring and analysing tests of a prompt.

Data flow: `plan` (what is asked, refused early) → `runner` (one scheduler per running test) → `scorer` (checks of ended
cells) → `analysis` (statistics and sentences).
"""
