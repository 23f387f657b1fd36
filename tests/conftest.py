"""What several test files share."""

import numpy as np
import pytest
from hypothesis import settings

from lstm_core import CharLSTM, Vocabulary, load_hamlet

# A slow machine is no failure, and a failure is the same for everyone.
settings.register_profile("book", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("book")


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture(scope="session")
def hamlet():
    return load_hamlet()


@pytest.fixture(scope="session")
def trained(hamlet):
    """A small model, trained a little: enough to have opinions."""
    model = CharLSTM(Vocabulary.from_text(hamlet), 24, seed=3)
    model.fit(hamlet, 60, progress=False)
    return model
