"""Spoken lines: who says what and when, their sound, and how mouths go with it."""
