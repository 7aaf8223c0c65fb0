"""The words for people, and the choice of their language."""
