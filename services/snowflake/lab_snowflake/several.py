"""Several statements in one text: run one after the other, each with a result that is fetched by its own id.

As on Snowflake the client says how many it means (MULTI_STATEMENT_COUNT, 0 for any number), so that what a bound or
concatenated value smuggles in is refused. The first one that fails ends the text; those before it keep their effect.

Source: https://docs.snowflake.com/en/developer-guide/sql-api/submitting-multiple-statements
"""

from __future__ import annotations

from lab_snowflake import errors, statements
from lab_snowflake.recent import Recent
from lab_snowflake.session import Answer, Session
from lab_snowflake.staging import commands

REMEMBERED = 1000
BYTES_REMEMBERED = 256 * 2**20


class Several:
    """The answers of statements that were sent together: the newest, as many as have room."""

    def __init__(self) -> None:
        self._answers: Recent[Answer] = Recent(REMEMBERED, BYTES_REMEMBERED, lambda answer: answer.table.nbytes)

    def find(self, query_id: str) -> Answer | None:
        """The answer of the statement of this id."""
        return self._answers.get(query_id)

    def run(self, session: Session, text: str, count: int, *, bound: bool) -> list[Answer]:
        """Run the statements in ``text``, which must be ``count``, or any number if that is 0.

        Raises:
            snowflake.connector.errors.Error: 000008, they are not ``count``; or whatever one of them fails with.
        """
        found = statements.split(text)
        if count and len(found) != count:
            raise statements.wrong_count(len(found), count)
        if bound:
            raise errors.unsupported("values bound to several statements; send the statements one by one")
        if any(commands.moves_files(statement) for statement in found):
            raise errors.unsupported("PUT and GET among several statements")
        answers = [session.execute(statement) for statement in found]
        for answer in answers:
            self._answers[answer.query_id] = answer
        return answers
