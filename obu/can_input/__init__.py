"""Frames of the vehicle's bus to a VehicleState; everything that differs between vehicles is data in dbc/."""
