"""Lists in pages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_localstack.pages import UnknownTokenError, page


@given(st.lists(st.text(), unique=True), st.integers(1, 5))
def test_pages_put_together_are_the_list(items: list[str], size: int) -> None:
    found: list[str] = []
    token = None
    while True:
        shown, token = page(items, str, token, size)
        assert len(shown) <= size
        found += shown
        if token is None:
            break

    assert found == items


def test_a_page_goes_on_after_its_item_whatever_came_before() -> None:
    _, token = page(["b", "c", "d"], str, None, 2)

    assert page(["a", "b", "c", "d"], str, token, 2) == (["d"], None)


@given(st.text())
def test_a_token_that_was_not_given_is_refused(token: str) -> None:
    with pytest.raises(UnknownTokenError):
        page([], str, token, 1)
