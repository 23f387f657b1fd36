"""The four gates' blocks of an array, and how to name many blocks in few words.

Home chapter: 7.
"""

import numpy as np

GATES = "ifgo"
PARAMS = ("weight_ih", "weight_hh", "bias")
ARRAYS = ("dx", "dh0", "dc0", *PARAMS)


def split_rows(arrays):
    """Cut the parameters' gradients into one block of rows for each gate.

    Parameters
    ----------
    arrays : dict
        Some of ``dx``, ``dh0``, ``dc0``, ``weight_ih``, ``weight_hh``, ``bias``.

    Returns
    -------
    dict
        The first three as they are; ``weight_ih[i]``, ``weight_ih[f]``, ...
    """
    rows = {}
    for name, array in arrays.items():
        if name in PARAMS:
            blocks = array.reshape(4, -1, *array.shape[1:])
            rows |= {f"{name}[{g}]": b for g, b in zip(GATES, blocks, strict=True)}
        else:
            rows[name] = array
    return rows


def keep_gates(da, gates):
    """Set the part of da (..., 4H) that belongs to the other gates to zero."""
    mask = np.array([[gate in gates] for gate in GATES])
    return (da.reshape(*da.shape[:-1], 4, -1) * mask).reshape(da.shape)


def blocks_transposed(array):
    """Transpose each gate's (H, H) block of an array (4H, H)."""
    return array.reshape(4, array.shape[1], -1).swapaxes(1, 2).reshape(array.shape)


def rearranged(array, rows, axis=0):
    """Take the four blocks of an axis in another order."""
    return np.concatenate([np.split(array, 4, axis)[row] for row in rows], axis)


def grouped(rows):
    """Name rows, as `split_rows` does, in as few words as they allow."""
    if len(rows) == 3 + 4 * len(PARAMS):
        return "everything"
    gates = {p: [g for g in GATES if f"{p}[{g}]" in rows] for p in PARAMS}
    words = [name for name in rows if "[" not in name]
    if gates["bias"] and gates["weight_ih"] == gates["weight_hh"] == gates["bias"]:
        same = gates["bias"]
        which = f"gate{'s' if len(same) > 1 else ''} {listed(same)}"
        every = "all rows" if len(same) == 4 else f"the rows of {which}"
        return listed([*words, f"{every} of weight_ih, weight_hh and bias"])
    for name, bad in gates.items():
        if bad:
            words.append(name if len(bad) == 4 else f"{name}[{listed(bad)}]")
    return listed(words)


def listed(names):
    """Join names with commas and a last "and"."""
    *most, last = [str(name) for name in names]
    return f"{', '.join(most)} and {last}" if most else last
