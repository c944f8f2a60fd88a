"""Tokens, limits, origins and keys: pure decisions; clocks and keys are arguments."""
