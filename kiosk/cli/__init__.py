"""The command line: ``parser`` defines it, and each command has a file of its own."""
