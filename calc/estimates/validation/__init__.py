"""Estimates against published measurements: single trials, how they are split, and scores."""
