"""``python -m kiosk`` is ``cramp-kiosk``."""

import sys

from kiosk.cli import main

sys.exit(main())
