"""What the program does: use cases that the window and the command line share."""
