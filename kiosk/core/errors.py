"""The root of the errors that a person can be told."""


class KioskError(Exception):
    """Something cannot be done. Its text is for the owner, in one sentence: what is wrong, where, what to do.

    Each room has its own: ``SettingsError``, ``TomlError`` (a file, a technique's too), ``ConfigError`` (the
    firmware's), ``DiaryError``, ``PinsUnavailable``, ``PartFails``, ``DisplayError``; commands have theirs.
    Nothing of ours that is read back raises anything else.
    """
