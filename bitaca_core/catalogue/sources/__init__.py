"""Readers of catalogue sources: JSON lines, folders of videos, Kodi/Jellyfin `.nfo`, subtitle sidecars.

Each reader yields `Found` for what can be used and `Rejection` for what cannot, and never stops at a bad row.
"""
