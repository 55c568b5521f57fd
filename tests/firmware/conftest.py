"""board/ is not pytest's: its files run on the board's Pythons, started by test_targets.py."""

collect_ignore = ["board"]
