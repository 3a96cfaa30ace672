"""What is remembered of the nights."""
