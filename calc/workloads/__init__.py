"""What a system could do with a model: bounds and estimates of one step, as expressions over reports and assumptions."""
