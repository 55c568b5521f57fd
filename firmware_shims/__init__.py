"""The co-processor: device/ goes on the board as it is, shims/ stands in for the board's modules on a host."""
