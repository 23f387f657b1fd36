"""The running example of chapters 1 to 4, small enough to follow by hand.

Three letters, two units, and the word "beet", whose first e is followed by an
e and whose second by a t: no memory, no way to tell.
"""

import numpy as np

TINY_TEXT = "beet"


def tiny_params():
    """Return the parameters of an LSTM with V = 3 letters and H = 2 units.

    Columns of ``weight_ih`` stand for b, e, t; rows for the gates i, f, g, o
    of the two units.

    Returns
    -------
    dict
        ``weight_ih`` (8, 3), ``weight_hh`` (8, 2), ``bias`` (8,),
        ``weight_hy`` (3, 2), ``bias_y`` (3,).
    """
    weight_ih = [
        [1.0, 0.5, -0.5],  # i
        [0.5, -1.0, 1.0],
        [0.5, 1.0, 0.0],  # f
        [-0.5, 0.5, 1.0],
        [1.0, -1.0, 0.5],  # g
        [-1.0, 1.0, -0.5],
        [0.5, 1.0, -0.5],  # o
        [1.0, 0.0, 0.5],
    ]
    weight_hh = [
        [0.5, -0.5],  # i
        [0.0, 0.5],
        [0.5, 0.0],  # f
        [-0.5, 1.0],
        [1.0, 0.5],  # g
        [-0.5, 1.0],
        [0.5, -0.5],  # o
        [0.0, 1.0],
    ]
    return {
        "weight_ih": np.array(weight_ih),
        "weight_hh": np.array(weight_hh),
        "bias": np.array([0.5, -0.5, 1.0, 1.0, 0.0, 0.5, 0.5, 0.0]),
        "weight_hy": np.array([[1.0, -1.0], [-0.5, 1.0], [0.5, 0.5]]),
        "bias_y": np.array([0.0, 0.5, -0.5]),
    }
