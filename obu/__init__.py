"""The on-board unit: CAN in, signed BSMs out, warnings for the driver. docs/architecture.md shows the rooms."""

__version__ = "0.1.0"
