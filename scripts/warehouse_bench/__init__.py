"""`lab bench-warehouse`: the local warehouse's figures, beside those of fakesnow's own server, in one run.

- ``events``   the files that are loaded
- ``server``   a server of its own, on a free port, with its state in a temporary folder
- ``figures``  what a figure is
- ``steps``    what is measured, and how
- ``frames``   write_pandas and fetching as Arrow, in an environment that has pandas
- ``run``      the same work for both servers
- ``show``     the table
"""
