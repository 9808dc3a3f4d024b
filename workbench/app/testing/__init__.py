"""Test runs of a prompt: what the Test view shows, and the model of its grid."""
