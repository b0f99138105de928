"""Stages: named ones, each table's and the user's own.

- ``references``   how a statement names a stage and a path in it
- ``folders``      where the files of internal stages lie, and that nothing leads out of there
- ``locations``    what a reference stands for: a folder, or an address in S3
- ``files``        the files at a location: listed, fetched, removed
- ``commands``     PUT, GET, LIST and REMOVE as they are written
- ``answers``      what they answer
- ``transfers``    what a client is told that must send or fetch files itself
- ``permits``      signatures, without which nobody reads or writes a staged file
- ``bucket``       the staged files over HTTP, as clients send and fetch them
- ``definitions``  what CREATE, DROP and RENAME do to stages and their files
"""
