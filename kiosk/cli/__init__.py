"""The commands: the parser, and one file each."""
