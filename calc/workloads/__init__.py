"""What a system could do with a model: bounds and estimates, as expressions over reports and assumptions."""
