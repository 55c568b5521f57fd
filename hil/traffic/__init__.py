"""SUMO's traffic around our units: a corridor, driven or recorded, and how the warnings in it are scored."""
