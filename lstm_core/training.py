"""A training run: what it is set to, where it stands, and one update of it.

Home chapter: 5.
"""

import copy
import signal
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np

from lstm_core.checks import check_count, check_number
from lstm_core.optim import Adam, clip_grad_norm, hold_then_decay
from lstm_core.text import StaggeredReaders


@dataclass
class History:
    """What happened in a training run, one entry an update.

    Attributes
    ----------
    loss : list of float
        Mean over the window, in nats per character.
    grad_norm : list of float
        Length of the gradient before clipping.
    interrupted : bool
        Whether the run was ended early by Ctrl-C.
    """

    loss: list = field(default_factory=list)
    grad_norm: list = field(default_factory=list)
    interrupted: bool = False

    def __len__(self):
        return len(self.loss)


@dataclass(frozen=True)
class Settings:
    """What a training run is set to; see `CharLSTM.fit`."""

    updates: int
    batch_size: int
    window: int
    lr: float
    max_norm: float

    def __post_init__(self):
        check_count("updates", self.updates)
        check_count("batch_size", self.batch_size)
        check_count("window", self.window)
        check_number("lr", self.lr, 0)
        check_number("max_norm", self.max_norm, 0, above=True)


class TrainingRun:
    """A training run, as far as it has come. It does not hold the text.

    Parameters
    ----------
    pairs : int
        Number N of next-character pairs in the text.
    text_digest : str
        Fingerprint of the text, so that no other is taken for it.
    settings : Settings
    hidden_size : int
    dtype : numpy dtype
    """

    def __init__(self, pairs, text_digest, settings, hidden_size, dtype):
        self.settings = settings
        self.text_digest = text_digest
        self.readers = StaggeredReaders(pairs, settings.batch_size, settings.window)
        self.state = np.zeros((2, settings.batch_size, hidden_size), dtype)
        self.optimizer = Adam(settings.lr)
        self.history = History()

    @property
    def finished(self):
        """Whether all updates are done."""
        return len(self.history) >= self.settings.updates

    def advance(self, model, inputs, targets):
        """Make one update of ``model.params``; all of it or, on error, none.

        ``inputs`` and ``targets``, int arrays (N,), are the pairs of the text.
        """
        readers = copy.copy(self.readers)
        steps, mask, fresh = readers.next_window()
        state = np.where(fresh[:, None], 0, self.state).astype(self.state.dtype)
        loss, grads, state = model.loss_and_grads(
            inputs[steps], targets[steps], state, mask=mask
        )
        grads, norm = clip_grad_norm(grads, self.settings.max_norm)
        factor = hold_then_decay(len(self.history), self.settings.updates)
        self.optimizer.lr = self.settings.lr * factor
        self.optimizer.step(model.params, grads)
        self.readers, self.state = readers, np.stack(state)
        self.history.loss.append(loss)
        self.history.grad_norm.append(norm)


def digest(text):
    """Return a fingerprint of a text."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@contextmanager
def interrupt_held_back():
    """Keep Ctrl-C from cutting an update in two.

    Yields a list that is no longer empty once Ctrl-C was pressed. Outside the
    main thread, where Python delivers no signals, it stays empty.
    """
    pressed = []
    if threading.current_thread() is not threading.main_thread():
        yield pressed
        return
    previous = signal.signal(signal.SIGINT, lambda *_: pressed.append(True))
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, previous or signal.default_int_handler)
