"""Graphs without a graph editor: the engine, the core blocks and the ``hibari`` command."""
