"""The page about the functions says what the register says."""

from docs.functions import PAGE, page


def test_the_page_is_the_register_in_words() -> None:
    assert PAGE.read_text("utf-8") == page(), "python -m docs.functions"
