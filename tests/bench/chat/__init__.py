"""Derona under load."""
