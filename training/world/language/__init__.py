"""Captions: what happened, in English and French, in many sentence shapes."""
