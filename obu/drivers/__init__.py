"""The outer wall: one file per real thing. Drivers are dull: they move bytes and values, and decide nothing."""
