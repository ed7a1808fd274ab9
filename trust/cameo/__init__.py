"""Cameos: a likeness enters a generation only through a grant that its owner signed.

``container`` and ``bundle`` are the file, ``document`` what owners sign, ``ledger`` the log of all
that happened, ``authority`` the checks, ``enrolment`` the way in, ``result`` the way out.
"""
