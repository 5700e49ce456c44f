"""The arithmetic of ``calc eval``: text to a tree (`parser`, `syntax`), a tree to a result (`calls`, `evaluation`)."""
