"""The glass: where a picture goes and where taps come from."""
