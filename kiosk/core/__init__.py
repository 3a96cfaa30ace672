"""What happens in the night. Pure: no input or output, no threads, no clock of its own.

Time is an argument everywhere: whole milliseconds of a monotonic clock (``Ms``). Whole numbers,
because deadlines are sums and must compare exactly.
"""
