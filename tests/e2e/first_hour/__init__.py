"""The first hour: fourteen tasks of a newcomer, done in the real program by real keys, and their actions counted."""
