"""What is not available to everybody: features with a rule each, which administrators change while all runs."""
