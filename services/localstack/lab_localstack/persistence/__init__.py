"""The emulated AWS keeps its state over a stop and over kill -9.

`generation` is one save on disk, `saver` makes them, `restore` reads the newest at start. Two kinds of bulk data are
not in it: object bodies (`bodies`) and stream records (`records`) go to files of their own when they are written.
"""
