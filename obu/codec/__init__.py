"""Bytes to values and back: messages of YD/T 3709, secured packets of YD/T 3957. It knows no clock and no trust."""
