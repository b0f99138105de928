"""The dashboard: what a media analyst asks of the warehouse, and what became of every record.

- ``main``       the pages, and the filters beside them
- ``warehouse``  the session, queries and their cache
- ``books``      the books of each day of arrival
- ``filters``    what is looked at: days, regions, channels, genres; in the address and in the SQL
- ``show``       how figures, charts and tables are shown, each chart with its numbers
- ``trouble``    what is shown where a page cannot be
- ``views``      one module a page (a folder named pages would be taken by Streamlit for its own kind of pages)
"""
