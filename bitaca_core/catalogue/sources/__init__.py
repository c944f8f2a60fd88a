"""Readers of catalogue sources; `choose.py` says which reads what.

Each reader yields `Found` for what can be used and `Rejection` for what cannot, and never stops at a bad row.
"""
