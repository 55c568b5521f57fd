"""The bench: a small city around the unit, on simulated or real instruments; it uses obu, and obu never uses it."""
