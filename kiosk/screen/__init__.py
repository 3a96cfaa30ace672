"""What is drawn, on any pygame surface; knows no display."""
