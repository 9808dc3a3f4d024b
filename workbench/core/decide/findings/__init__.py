"""The findings F1 to F16: one function each, from the evidence to a state, a word and a sentence with its figures."""
