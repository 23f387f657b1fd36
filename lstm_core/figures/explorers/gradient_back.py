"""Explorer of chapter 4: how strongly one loss reaches each earlier character."""

import numpy as np

from lstm_core.checks import check_count, check_text
from lstm_core.figures.explorers.page import Explorer, table
from lstm_core.figures.style import visible
from lstm_core.gates import tanh_slope
from lstm_core.loss import cross_entropy
from lstm_core.lstm import lstm_cell_backward, lstm_cell_forward
from lstm_core.model import CharLSTM
from lstm_core.rnn import init_rnn, rnn_cell_backward, rnn_forward
from lstm_core.text import Vocabulary, one_hot

MOST = 49  # characters; more letters would not fit under the plot on a phone
BIASES = (0, 1, 2, 3, 4, 5)
IN_FALLBACK = (0, 1, 2, 5, 10, 20, 30, 40)  # steps back


def gradient_explorer(vocabulary, text, hidden_size=64, seed=0):
    """Send the loss of one guess back through fresh nets, on the page itself.

    The browser draws the weights of ``CharLSTM(vocabulary, hidden_size,
    seed=seed, forget_bias=...)`` and of `fresh_rnn`, and runs them forward and
    backward. The reader moves the loss, the forget bias and the seed.

    Parameters
    ----------
    vocabulary : Vocabulary
    text : str
        From 2 to 49 characters. The nets read all but the last, which is only
        guessed at.
    hidden_size : int
        H, up to 64.
    seed : int
        The seed that is shown first, up to 999.
    """
    if not isinstance(vocabulary, Vocabulary):
        raise ValueError(f"vocabulary: wanted a Vocabulary, got {vocabulary!r}")
    if len(check_text("text", text, least=2)) > MOST:
        raise ValueError(f"text: wanted at most {MOST} characters, got {len(text)}")
    if check_count("hidden_size", hidden_size) > 64:
        raise ValueError(f"hidden_size: wanted at most 64, got {hidden_size}")
    if check_count("seed", seed, 0) > 999:
        raise ValueError(f"seed: wanted at most 999, got {seed}")
    ids = vocabulary.encode(text)
    data = {
        "ids": ids,
        "text": text,
        "letters": len(vocabulary),
        "size": hidden_size,
        "seed": seed,
        "biases": BIASES,
    }
    title = "The gradient of one loss, back through time"
    fallback = _some_lengths(vocabulary, ids, text, hidden_size, seed)
    return Explorer("gradient_back", title, data, fallback)


def fresh_rnn(vocabulary, hidden_size=64, *, seed=0):
    """Draw a plain recurrent net with an output layer, as `CharLSTM` draws its own.

    Returns
    -------
    dict
        That of `init_rnn`, ``weight_hy`` (V, H) and ``bias_y`` (V,).
    """
    rng = np.random.default_rng(check_count("seed", seed, 0))
    V, bound = len(vocabulary), 1.0 / np.sqrt(hidden_size)
    params = init_rnn(V, hidden_size, rng=rng)
    params["weight_hy"] = rng.uniform(-bound, bound, (V, hidden_size))
    params["bias_y"] = np.zeros(V)
    return params


def lstm_reach(params, ids):
    """Measure how strongly the loss of the last guess reaches each state.

    Parameters
    ----------
    params : dict
        Those of a `CharLSTM`.
    ids : int array (T + 1,)
        The net reads the first T and guesses at the last.

    Returns
    -------
    array (T, 2)
        Length of the gradient with respect to h_t and to c_t; that of c_t
        includes what it does through h_t.
    """
    x = one_hot(ids[:-1], len(params["bias_y"]))[:, None]
    h = c = np.zeros((1, params["weight_hh"].shape[1]))
    cells, found = [], []
    for x_t in x:
        h, c, cell = lstm_cell_forward(x_t, h, c, params)
        cells.append(cell)
    dh, dc = _slope_of_guess(h, params, ids[-1]), np.zeros_like(c)
    for cell in reversed(cells):
        whole_dc = dc + dh * cell.o * tanh_slope(cell.tanh_c)
        found.append([np.linalg.norm(dh), np.linalg.norm(whole_dc)])
        _, dh, dc, _ = lstm_cell_backward(dh, dc, cell)
    return np.array(found[::-1])


def rnn_reach(params, ids):
    """Measure the same for a plain recurrent net, which has only h: array (T,)."""
    x = one_hot(ids[:-1], len(params["bias_y"]))[:, None]
    hs, cells = rnn_forward(x, None, params)
    dh, found = _slope_of_guess(hs[-1], params, ids[-1]), []
    for cell in reversed(cells):
        found.append(np.linalg.norm(dh))
        _, dh, _ = rnn_cell_backward(dh, cell)
    return np.array(found[::-1])


def _slope_of_guess(h, params, target):
    """Return the gradient (1, H) of one guess's loss with respect to h."""
    scores = h @ params["weight_hy"].T + params["bias_y"]
    return cross_entropy(scores, np.array([target]))[1] @ params["weight_hy"]


def _some_lengths(vocabulary, ids, text, hidden_size, seed):
    """Tabulate, for the last loss, the lengths at some distances."""
    nets = [
        CharLSTM(vocabulary, hidden_size, seed=seed, forget_bias=bias).params
        for bias in BIASES
    ]
    columns = [lstm_reach(params, ids)[:, 1] for params in nets]
    columns.append(rnn_reach(fresh_rnn(vocabulary, hidden_size, seed=seed), ids))
    rows = []
    for back in IN_FALLBACK:
        if back < len(text) - 1:
            char = visible(text[-2 - back])
            rows.append(
                [back, char, *(f"{column[-1 - back]:.1e}" for column in columns)]
            )
    head = ["steps back", "at", *(f"c, bias {bias}" for bias in BIASES), "h, plain RNN"]
    caption = f"Length of the gradient of the last loss (fresh nets, seed {seed})"
    return table(caption, head, rows)
