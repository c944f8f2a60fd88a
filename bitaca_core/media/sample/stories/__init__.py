"""The stories, one per file: shots, words, sound and poster."""
