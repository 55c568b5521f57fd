"""Bytes to values and back: the messages of YD/T 3709 and the secured packets of YD/T 3957. It knows no clock, no trust."""
