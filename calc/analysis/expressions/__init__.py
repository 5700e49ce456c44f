"""The arithmetic of ``calc eval``: text to a tree (`parser`, `syntax`), and a tree to a result (`calls`, `evaluation`)."""
