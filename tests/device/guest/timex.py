"""Sets or reads the clock's maximum error in the kernel, as a time service does: timex.py [MICROSECONDS].

With a number, sets the error (adjtimex(2), ADJ_MAXERROR). STA_UNSYNC stays set, as chrony leaves it unless it
also writes the clock chip. Prints the kernel's maximum error, or the reason for a failure.
"""

import ctypes
import os
import sys

ADJ_MAXERROR = 0x0004


class Timex(ctypes.Structure):
    """The first fields of ``struct timex``, and padding for the rest."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("rest", ctypes.c_char * 512),
    )


def main(*microseconds: str) -> None:
    """Set the error, if there is an argument, and print the kernel's answer."""
    timex = Timex()
    if microseconds:
        timex.modes, timex.maxerror = ADJ_MAXERROR, int(microseconds[0])
    library = ctypes.CDLL(None, use_errno=True)
    if library.adjtimex(ctypes.byref(timex)) < 0:
        print("timex:", os.strerror(ctypes.get_errno()))
    else:
        print("timex:", timex.maxerror)


if __name__ == "__main__":
    main(*sys.argv[1:])
