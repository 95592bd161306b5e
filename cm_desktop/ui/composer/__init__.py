"""Where an answer or a note is written."""
