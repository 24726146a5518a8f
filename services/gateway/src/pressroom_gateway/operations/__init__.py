"""What operators see of the whole: read through from the monitor."""
