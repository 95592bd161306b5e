"""The field in plain Python: no Qt, no SQL, no network, no clock, no files."""
