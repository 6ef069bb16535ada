"""What a company may edit: letters and plans."""
