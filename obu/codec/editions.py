"""The two texts of the day-1 messages that vehicles and roadside units speak; what differs is in asn1/<edition>.asn."""

from enum import Enum


class Edition(Enum):
    """Which text a MessageFrame follows. They differ in MAP, in RSI paths and in a BSM's initial position."""

    YDT3709 = "ydt3709"  # YD/T 3709-2020, to which GB/T 45315-2025 refers
    CSAE53 = "csae53"  # T/CSAE 53-2020, which the roadside units of 2020 send
