"""Pictures of a scene: places, things, furniture, characters, weather, and the camera."""
