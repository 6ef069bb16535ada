"""What we say about ourselves, and the pictures of it."""
