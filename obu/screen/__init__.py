"""The driver's display: a process of its own that follows the unit's local socket and serves one web page."""
