"""Real servers on the loopback that tests talk to instead of the world."""
