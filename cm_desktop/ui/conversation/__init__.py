"""The middle of the window: one conversation, read from top to bottom."""
