"""What the house promises, and how we know."""
