"""What Excel and LibreOffice load, as text; the programs fill it in."""
