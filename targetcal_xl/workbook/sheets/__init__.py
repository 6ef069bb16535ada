"""What stands on each sheet: one module for each, so that whoever asks opens one file."""
