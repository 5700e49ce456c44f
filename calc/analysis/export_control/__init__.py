"""Chips against the thresholds of export rules: performance (`performance`), conditions (`thresholds`), answers."""
