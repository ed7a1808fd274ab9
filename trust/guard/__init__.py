"""The guard: policies, and checks of prompts, speech, frames and what people upload."""
