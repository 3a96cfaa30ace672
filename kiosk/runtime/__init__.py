"""A night under way: conductor, outputs, main loop, supervision; ``app`` puts it together."""
