"""What the operating system needs: the service and the Debian package."""
