"""Rail, list of conversations and search: what stands left of the conversation."""
