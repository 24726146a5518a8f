"""What is old goes: finished jobs, with what their worker services keep of them, and the audit's records."""
