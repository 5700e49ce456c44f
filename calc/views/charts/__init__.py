"""What the figures show, as plain numbers and words: one module a figure, nothing drawn here."""
