"""What operators see of the whole, read through from the monitor; and what they tell workers to do."""
