"""The things that can be touched: button, lamp, buzzer, probe, backlight; real and simulated."""
