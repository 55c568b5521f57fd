"""Why octets are refused, or a value: the constants that reach the counters; no codec invents another."""

TOO_LONG = "too_long"
TRUNCATED = "truncated"
TRAILING_BYTES = "trailing_bytes"
NONZERO_PADDING = "nonzero_padding"
NOT_CANONICAL = "not_canonical"
MALFORMED = "malformed"
OUT_OF_RANGE = "out_of_range"
UNKNOWN_ENUMERATION = "unknown_enumeration"
UNKNOWN_ALTERNATIVE = "unknown_alternative"
UNKNOWN_FIELD = "unknown_field"
MISSING_FIELD = "missing_field"
WRONG_TYPE = "wrong_type"
TOO_DEEP = "too_deep"

MAX_NESTING = 8  # packets inside packets; a genuine one has two
MAX_INTEGER_BITS = 64  # of an INTEGER without bounds: an AID of a thousand octets is nobody's
LATER = "..."  # in a value: what a later text added and this one cannot name
