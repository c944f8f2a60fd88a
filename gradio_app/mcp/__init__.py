"""Derona's catalogue for other people's assistants: the Model Context Protocol, read only."""
