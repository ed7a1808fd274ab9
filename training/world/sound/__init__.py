"""The sound of a stage: contacts, rolling, weather, music and speech, in the place's room."""
