"""Many alerts to one, and whether the driver really saw it; decides by values and instants alone."""
