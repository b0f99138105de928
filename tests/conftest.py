"""What all tests share, whichever environment they run in."""

from hypothesis import settings

# How long an example takes says something of the machine, not of the code.
settings.register_profile("lab", deadline=None)
settings.load_profile("lab")
