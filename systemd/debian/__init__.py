"""The recipe of the Debian package."""
