"""Histories from elsewhere: MyAnimeList, Letterboxd, Jellyfin. A reader yields `Entry`, `matching` finds our title."""
