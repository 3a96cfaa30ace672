"""What a time service tells the kernel, and what the kernel tells anybody: timex.py [MICROSECONDS].

With a number: the clock is off by that much at most (adjtimex(2), ADJ_MAXERROR). STA_UNSYNC stays set, as
chrony leaves it unless it writes the clock chip. Prints what the kernel answered: the error it knows of, or
the reason why not.
"""

import ctypes
import os
import sys

ADJ_MAXERROR = 0x0004


class Timex(ctypes.Structure):
    """The beginning of ``struct timex``, and room for the rest."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("rest", ctypes.c_char * 512),
    )


def main(*microseconds: str) -> None:
    """Tell or ask."""
    told = Timex()
    if microseconds:
        told.modes, told.maxerror = ADJ_MAXERROR, int(microseconds[0])
    library = ctypes.CDLL(None, use_errno=True)
    if library.adjtimex(ctypes.byref(told)) < 0:
        print("timex:", os.strerror(ctypes.get_errno()))
    else:
        print("timex:", told.maxerror)


if __name__ == "__main__":
    main(*sys.argv[1:])
