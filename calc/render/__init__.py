"""From results to text: one module a form."""
