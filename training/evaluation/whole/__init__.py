"""The instruments of the whole playground: small networks and rules that learned from the truth.

`eye` sees things and mouths in every frame, `touch` when things meet, `viewer` tells event, place
and look of a clip, `camera` how the camera moves, `ear` hears impacts, materials and ambience,
`likeness` knows speakers by looks and voice, `words` checks what is said. None has seen anything
a generator made.
"""
