"""How properties are searched: the same examples in every run, so that a red test stays red.

``HYPOTHESIS_PROFILE=explore`` looks further, with new examples each time.
"""

import os

from hypothesis import HealthCheck, settings

# No deadline: a shared machine pauses now and then, and that is no fault of the code.
settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
