"""A character-level LSTM in NumPy, written to be read.

The module behind *The LSTM, Line by Line*; each room is built in a chapter:
``text`` (1), ``gates`` (2), ``lstm`` and ``loss`` (3, 4), ``gradcheck`` (4),
``optim``, ``training`` and ``model`` (5), ``sampling`` (6), ``report`` and
``laboratory`` (7).
"""

from lstm_core.gates import half_life, sigmoid, sigmoid_slope, tanh_slope
from lstm_core.gradcheck import (
    central_difference_gradient,
    check_gradients,
    complex_step_gradient,
    relative_error,
)
from lstm_core.loss import (
    cross_entropy,
    log_softmax,
    nats_to_bits,
    perplexity,
    softmax,
)
from lstm_core.lstm import (
    CellCache,
    LSTMCache,
    init_lstm,
    lstm_backward,
    lstm_cell_backward,
    lstm_cell_forward,
    lstm_forward,
)
from lstm_core.model import CharLSTM, Evaluation
from lstm_core.optim import (
    SGD,
    Adam,
    clip_grad_norm,
    clip_grad_value,
    global_norm,
    hold_then_decay,
)
from lstm_core.report import GradientReport, gradient_report
from lstm_core.sampling import (
    apply_temperature,
    beam_search,
    choose,
    draw,
    entropy,
    greedy,
    keep_top_k,
    keep_top_p,
)
from lstm_core.text import (
    StaggeredReaders,
    Vocabulary,
    load_hamlet,
    next_char_pairs,
    one_hot,
)
from lstm_core.tiny import TINY_TEXT, tiny_params
from lstm_core.training import History

__version__ = "0.1.0"

__all__ = [
    "SGD",
    "TINY_TEXT",
    "Adam",
    "CellCache",
    "CharLSTM",
    "Evaluation",
    "GradientReport",
    "History",
    "LSTMCache",
    "StaggeredReaders",
    "Vocabulary",
    "apply_temperature",
    "beam_search",
    "central_difference_gradient",
    "check_gradients",
    "choose",
    "clip_grad_norm",
    "clip_grad_value",
    "complex_step_gradient",
    "cross_entropy",
    "draw",
    "entropy",
    "global_norm",
    "gradient_report",
    "greedy",
    "half_life",
    "hold_then_decay",
    "init_lstm",
    "keep_top_k",
    "keep_top_p",
    "load_hamlet",
    "log_softmax",
    "lstm_backward",
    "lstm_cell_backward",
    "lstm_cell_forward",
    "lstm_forward",
    "nats_to_bits",
    "next_char_pairs",
    "one_hot",
    "perplexity",
    "relative_error",
    "sigmoid",
    "sigmoid_slope",
    "softmax",
    "tanh_slope",
    "tiny_params",
]
