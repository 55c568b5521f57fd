"""Benchmarks: each measures ours and a reference in the same run, and only their ratio counts."""
