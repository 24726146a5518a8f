"""Whether a large backlog delays others: another tenant's job, and a job of a higher priority."""
