"""Who plays what our packager protects: this player and its rivals, in a real Chromium, over the real app."""
