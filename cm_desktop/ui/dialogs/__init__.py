"""Everything that opens over the window or in place of the list, and small pickers."""
