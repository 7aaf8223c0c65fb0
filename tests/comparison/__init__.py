"""zhima beside the clients that others wrote for the same protocol: the same, or listed."""
