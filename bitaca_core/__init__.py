"""Bitaca Play: the domain, its decisions and the command line."""
