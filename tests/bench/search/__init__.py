"""How good and how fast search is: `python -m tests.bench.search`."""
