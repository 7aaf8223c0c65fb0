"""Shows what a call came to: to people in words, to programs as JSON."""
