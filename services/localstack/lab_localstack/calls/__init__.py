"""Which calls of AWS were made, and by whom: a set in a file, for tests that hold policies and limits against it.

Recorded when LAB_RECORD_CALLS names a file. Nothing is refused by it, and nobody's answer differs.
"""
