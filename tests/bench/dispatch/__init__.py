"""What it costs the gateway to let a job wait and dispatch it later, beside publishing it at once."""
