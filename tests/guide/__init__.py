"""The pages of the guide that are made from the code: `python -m tests.guide` writes them, tests compare them."""
