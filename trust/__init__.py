"""Who may be shown, what may be asked, what a file says of itself: cameo, guard, credentials."""
