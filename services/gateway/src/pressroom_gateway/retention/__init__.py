"""Finished jobs are deleted when they are old enough, and with them what their worker services keep of them."""
