"""Traffic from SUMO around our units: a corridor, its recorded or live traffic, and how the warnings in it are scored."""
