"""The process that evaluates checks: regular expressions and JavaScript of files, with limits."""
