"""Each runs one client in that client's own environment: cases in, results out, as JSON lines."""
