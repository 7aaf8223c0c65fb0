"""Many calls from one file: its rows, read and checked one at a time."""
