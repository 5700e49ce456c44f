"""Inputs that once led to a fault, replayed by `make test`, and a search for more of them: `make fuzz`."""
