"""Scenes: what is set up, what physics makes of it, and what really happened."""
