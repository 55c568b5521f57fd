"""The shapes that nearly every sender uses: a guard on the presence bits, then all fields at constant places."""

# Type: its optional members that are there. What is not listed is read and written in the general way.
USUAL: dict[str, dict[str, frozenset[str]]] = {
    # GB/T 45315-2025 7.3: the mandatory fields and none of the optional ones.
    "BasicSafetyMessage": {
        "BasicSafetyMessage": frozenset({"posAccuracy", "angle", "safetyExt"}),
        "Position3D": frozenset(),
        "BrakeSystemStatus": frozenset({"brakePadel", "wheelBrakes", "traction"}),
        "VehicleSize": frozenset(),
        "VehicleClassification": frozenset(),
    },
}
