"""The only SQL: one encrypted file for each vault."""
