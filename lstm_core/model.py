"""`CharLSTM`: an LSTM that reads and writes text, one character at a time.

Home chapter: 5.
"""

from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from lstm_core import checkpoint
from lstm_core.checks import check_count, check_ids, check_text
from lstm_core.loss import cross_entropy, nats_to_bits, perplexity
from lstm_core.lstm import init_lstm, lstm_backward, lstm_forward
from lstm_core.sampling import beam_search, choose
from lstm_core.text import Vocabulary, next_char_pairs, one_hot
from lstm_core.training import Settings, TrainingRun, digest, interrupt_held_back

EVALUATION_WINDOW = 512  # steps at a time, so that memory does not grow with the text


class Evaluation(NamedTuple):
    """How well a model predicts a text, character by character."""

    nats_per_char: float
    bits_per_char: float
    perplexity: float
    accuracy: float


class CharLSTM:
    """A character-level LSTM: one-hot in, LSTM, linear layer, scores out.

    Parameters
    ----------
    vocabulary : Vocabulary
        The V characters it can read and write.
    hidden_size : int
        H, the number of units.
    seed : int
        Fixes the first weights.
    forget_bias : float
        First bias of the forget gates.
    dtype : float64 or float32

    Attributes
    ----------
    params : dict
        ``weight_ih`` (4H, V), ``weight_hh`` (4H, H), ``bias`` (4H,),
        ``weight_hy`` (V, H), ``bias_y`` (V,).
    run : TrainingRun or None
        The training in progress, or the last one; saved with the model.
    """

    def __init__(
        self,
        vocabulary,
        hidden_size=64,
        *,
        seed=0,
        forget_bias=1.0,
        dtype=np.float64,
    ):
        if not isinstance(vocabulary, Vocabulary):
            raise ValueError(
                f"vocabulary: wanted a Vocabulary, got {type(vocabulary).__name__}"
            )
        rng = np.random.default_rng(check_count("seed", seed, 0))
        V, H = len(vocabulary), check_count("hidden_size", hidden_size)
        self.vocabulary = vocabulary
        self.hidden_size = H
        self.params = init_lstm(V, H, rng=rng, forget_bias=forget_bias, dtype=dtype)
        bound = 1.0 / np.sqrt(H)
        self.params["weight_hy"] = rng.uniform(-bound, bound, (V, H)).astype(dtype)
        self.params["bias_y"] = np.zeros(V, dtype)
        self.run = None

    def forward(self, inputs, state=None):
        """Score the next character after each character of a batch.

        Parameters
        ----------
        inputs : int array (T, B)
        state : pair of arrays (B, H), or None for zeros

        Returns
        -------
        logits : array (T, B, V)
        state_n : pair of arrays (B, H)
        cache : LSTMCache
        """
        inputs = check_ids("inputs", inputs, len(self.vocabulary), ndim=2)
        x = one_hot(inputs, len(self.vocabulary), self.params["bias"].dtype)
        hs, state, cache = lstm_forward(x, state, self.params)
        logits = hs @ self.params["weight_hy"].T + self.params["bias_y"]
        return logits, state, cache

    def loss_and_grads(self, inputs, targets, state=None, reduction="mean", mask=None):
        """Return the loss of a batch and its gradient.

        Parameters
        ----------
        inputs, targets : int arrays (T, B)
            ``targets[t]`` is what followed ``inputs[t]``.
        state : pair of arrays (B, H), or None for zeros
        reduction : {"mean", "sum"}
        mask : bool array (T, B), optional
            False where a prediction does not count.

        Returns
        -------
        loss : float
            Cross-entropy in nats.
        grads : dict
            One array for each of ``params``.
        state_n : pair of arrays (B, H)
        """
        logits, state, cache = self.forward(inputs, state)
        loss, dlogits = cross_entropy(logits, targets, reduction, mask)
        _, _, grads = lstm_backward(dlogits @ self.params["weight_hy"], cache)
        T, B, V = dlogits.shape
        rows = dlogits.reshape(T * B, V)
        grads["weight_hy"] = rows.T @ cache.hs[1:].reshape(T * B, -1)
        grads["bias_y"] = rows.sum(axis=0)
        return loss, grads, state

    def fit(
        self,
        text,
        updates=400,
        *,
        batch_size=16,
        window=32,
        lr=0.02,
        max_norm=1.0,
        progress=True,
        callback=None,
        checkpoint_to=None,
        checkpoint_every=100,
    ):
        """Train on ``text`` by truncated backpropagation through time.

        Staggered readers, Adam, the gradient clipped by norm, the learning
        rate held for half of the updates and then lowered to almost 0.

        Parameters
        ----------
        text : str
            At least 2 characters, all in the vocabulary.
        updates : int
            Steps of the optimiser.
        batch_size, window : int
            Readers B, and steps T that the gradient reaches back.
        lr, max_norm : float
            Learning rate; length to which the gradient is clipped.
        progress : bool
            Show a tqdm bar with the loss.
        callback : callable, optional
            Called as ``callback(model, history)`` after every update.
        checkpoint_to : path, optional
            Save the model there after every ``checkpoint_every`` updates and
            at the end.

        Returns
        -------
        History
            Ctrl-C ends training early, keeps the weights and returns the
            history so far; `resume` goes on from there.

        Raises
        ------
        ValueError
            For bad arguments, or if the loss or a gradient is not finite; the
            weights are then those before that update.
        """
        settings = Settings(updates, batch_size, window, lr, max_norm)
        ids = self.vocabulary.encode(check_text("text", text, least=2))
        dtype = self.params["bias"].dtype
        run = TrainingRun(len(ids) - 1, digest(text), settings, self.hidden_size, dtype)
        options = progress, callback, checkpoint_to, checkpoint_every
        return self._train(run, ids, *options)

    def resume(
        self,
        text,
        *,
        progress=True,
        callback=None,
        checkpoint_to=None,
        checkpoint_every=100,
    ):
        """Go on with an unfinished training run exactly where it stopped.

        The run is this model's, or the one that it was saved with; its
        settings stay. Parameters, result and errors are those of `fit`.

        Returns
        -------
        History
            Of the whole run, from its first update.
        """
        if self.run is None or self.run.finished:
            raise ValueError("resume: wanted an unfinished training run, got none")
        if digest(check_text("text", text)) != self.run.text_digest:
            raise ValueError("text: wanted the text of the run, got another")
        ids = self.vocabulary.encode(text)
        options = progress, callback, checkpoint_to, checkpoint_every
        return self._train(self.run, ids, *options)

    def _train(self, run, ids, progress, callback, checkpoint_to, checkpoint_every):
        """Advance ``run`` until it is finished or interrupted."""
        check_count("checkpoint_every", checkpoint_every)
        self.run, history = run, run.history
        inputs, targets = next_char_pairs(ids)
        history.interrupted = False
        total, done = run.settings.updates, len(history)
        bar = tqdm(total=total, initial=done, disable=not progress, unit=" updates")
        one_thread = threadpool_limits(1, "blas")  # more only wait for each other
        with bar, one_thread, interrupt_held_back() as pressed:
            try:
                while not run.finished and not pressed:
                    run.advance(self, inputs, targets)
                    bar.set_postfix_str(f"loss {history.loss[-1]:.3f}", refresh=False)
                    bar.update()
                    if callback is not None:
                        callback(self, history)
                    if checkpoint_to and len(history) % checkpoint_every == 0:
                        self.save(checkpoint_to)
            except KeyboardInterrupt:  # raised by the callback
                pressed.append(True)
            history.interrupted = bool(pressed) and not run.finished
            if checkpoint_to:
                self.save(checkpoint_to)
        return history

    def evaluate(self, text):
        """Measure how well the model predicts each character from those before.

        Teacher-forced, from a zero state; the model stays as it is.

        Parameters
        ----------
        text : str
            At least 2 characters.

        Returns
        -------
        Evaluation
            Over the ``len(text) - 1`` predictions.
        """
        ids = self.vocabulary.encode(check_text("text", text, least=2))
        inputs, targets = next_char_pairs(ids)
        state, nats, right = None, 0.0, 0
        for start in range(0, len(inputs), EVALUATION_WINDOW):
            part = slice(start, start + EVALUATION_WINDOW)
            logits, state, _ = self.forward(inputs[part, None], state)
            nats += cross_entropy(logits, targets[part, None], "sum")[0]
            right += np.sum(logits[:, 0].argmax(axis=-1) == targets[part])
        nats /= len(inputs)
        return Evaluation(
            nats,
            float(nats_to_bits(nats)),
            float(perplexity(nats)),
            float(right / len(inputs)),
        )

    def generate(
        self,
        prompt,
        length,
        *,
        temperature=0.0,
        top_k=None,
        top_p=None,
        seed=None,
    ):
        """Continue ``prompt`` by ``length`` characters of the model's own.

        Parameters
        ----------
        prompt : str
            At least 1 character.
        length : int
            Characters to add.
        temperature : float
            0 takes the most probable character each time; 1 draws from the
            model's distribution; below 1 plays safe, above 1 takes risks.
        top_k : int, optional
            Draw only from the k most probable.
        top_p : float in (0, 1], optional
            Draw only from the most probable that together reach p.
        seed : int, optional
            Fixes the draws; None draws anew at every call.

        Returns
        -------
        str
            The prompt followed by ``length`` characters.
        """
        length = check_count("length", length, 0)
        rng = np.random.default_rng(
            None if seed is None else check_count("seed", seed, 0)
        )
        logits, state = self._read(prompt)
        ids = []
        for _ in range(length):
            ids.append(
                choose(
                    logits, rng=rng, temperature=temperature, top_k=top_k, top_p=top_p
                )
            )
            rows, state = self._step(np.array(ids[-1:]), state)
            logits = rows[0]
        return prompt + self.vocabulary.decode(np.array(ids, np.int64))

    def beam_search(self, prompt, length, width=5):
        """Continue ``prompt`` by the most probable ``length`` characters found.

        Returns
        -------
        text : str
            The prompt and its continuation.
        log_prob : float
            Log-probability of the continuation, in nats.
        """
        logits, state = self._read(prompt)
        ids, log_prob = beam_search(self._step, logits, state, length, width)
        return prompt + self.vocabulary.decode(ids), log_prob

    def _read(self, prompt):
        """Return the scores (V,) after ``prompt``, and the state (1, H)."""
        ids = self.vocabulary.encode(check_text("prompt", prompt), "prompt")
        logits, state, _ = self.forward(ids[:, None])
        return logits[-1, 0], state

    def _step(self, ids, state):
        """Read one character a lane: ids (W,) -> logits (W, V), state."""
        logits, state, _ = self.forward(ids[None], state)
        return logits[0], state

    def save(self, path):
        """Write the model to ``path`` as .npz, whole or not at all.

        Includes the training run, so that `resume` goes on exactly where
        it stopped.
        """
        checkpoint.save(path, self)

    @classmethod
    def load(cls, path):
        """Read a model written by `save`.

        Raises
        ------
        ValueError
            If the file is no checkpoint of this kind, is cut short, or its
            parts do not fit together.
        """
        return checkpoint.load(path, cls)
