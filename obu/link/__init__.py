"""The serial link to the co-processor, without a port: wire.py (the same file on both ends) and the unit's session."""
