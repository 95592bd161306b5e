"""The side panel: who writes to us, and what the team says about it."""
