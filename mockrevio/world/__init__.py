"""What one Rev.io customer would see, and the rules that keep it true. No Flask in here."""
