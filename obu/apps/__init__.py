"""The warnings: ONE FILE PER APPLICATION, found by listing this folder; base.py is the contract."""
