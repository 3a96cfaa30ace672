"""One file per kind of page. All are loaded here, so that each can say what it draws (``drawers.draws``)."""

import importlib
import pkgutil

for _module in pkgutil.iter_modules(__path__, f"{__name__}."):
    importlib.import_module(_module.name)
