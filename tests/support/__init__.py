"""The other side of every test: nothing here shares a line with the package's own logic."""
