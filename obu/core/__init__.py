"""Plain values in SI units, geometry, and time as a value; imports nothing but the standard library's value tools."""
