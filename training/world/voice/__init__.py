"""Speech: words to sounds, sounds to a voice, and the mouth that goes with it."""
