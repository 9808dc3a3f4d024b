"""Rank: who wins and how sure, and the queue in which pairs are judged blind."""
