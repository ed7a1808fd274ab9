"""The sound of a stage: impacts, rolling, weather and places, music, speech, in the place's room."""
