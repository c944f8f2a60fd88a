"""Conversations with Derona over a line that may break: frames, one state a conversation, what is kept of them."""
