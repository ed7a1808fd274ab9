"""placeholder"""


def sample(*a): ...
