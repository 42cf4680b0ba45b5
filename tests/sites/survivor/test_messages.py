"""The guide's texts reach the translators: the marks are in step with the data, and the pages use them."""

from amparo.sites.survivor import _messages
from tests.sites.survivor.messages import FILE, module_text, texts


def test_the_marks_for_translators_are_in_step_with_the_data():
    assert FILE.read_text() == module_text(), "run: python -m tests.sites.survivor.messages"
    assert set(_messages.TEXTS) == {text for text in texts() if text}
