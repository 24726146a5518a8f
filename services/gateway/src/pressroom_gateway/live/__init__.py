"""What is seen of a job while it runs: here and now, at any gateway, by any number of people."""
