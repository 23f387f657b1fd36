"""From scores to probabilities to a loss, and the units of that loss.

Home chapter: 3 (the units: chapter 1).
"""

import numpy as np

from lstm_core.checks import check_ids, check_numeric


def softmax(logits, axis=-1):
    """Turn scores into probabilities that sum to 1 along ``axis``.

    The largest score is taken off first, so that ``exp`` cannot overflow; the
    result is the same. A score of -inf gets probability 0.
    """
    logits = check_numeric("logits", logits)
    powers = np.exp(logits - logits.real.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def log_softmax(logits, axis=-1):
    """Return the logarithm of `softmax`, exact even where that rounds to 0."""
    logits = check_numeric("logits", logits)
    shifted = logits - logits.real.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def cross_entropy(logits, targets, reduction="mean", mask=None):
    """Score predictions by the surprise at what really came, in nats.

    Parameters
    ----------
    logits : array (..., V)
        One score a character, for every prediction.
    targets : int array (...)
        The characters that came.
    reduction : {"mean", "sum"}
        Over all predictions that count.
    mask : bool array (...), optional
        False where a prediction does not count.

    Returns
    -------
    loss : float
    dlogits : array (..., V)
        Gradient of exactly this loss, reduction and mask included.

    Raises
    ------
    ValueError
        If shapes or ids do not fit, nothing counts, or the loss is not finite.
    """
    logits = check_numeric("logits", logits)
    targets = check_ids("targets", targets, logits.shape[-1], logits.ndim - 1)
    weight = prediction_weights(logits.shape[:-1], targets, reduction, mask)
    weight = weight.astype(logits.real.dtype)  # float32 stays float32
    picks = targets[..., None]
    log_p = log_softmax(logits)
    picked = np.take_along_axis(log_p, picks, axis=-1)[..., 0]
    loss = -(weight * picked).sum()
    if not np.isfinite(loss):
        raise ValueError(f"logits: wanted finite scores, got a loss of {loss}")
    dlogits = np.exp(log_p)
    np.put_along_axis(
        dlogits, picks, np.take_along_axis(dlogits, picks, axis=-1) - 1.0, axis=-1
    )
    return loss.item(), dlogits * weight[..., None]


def prediction_weights(shape, targets, reduction, mask):
    """Return what each prediction counts: an array of the targets' shape."""
    if targets.shape != shape:
        raise ValueError(f"targets: wanted shape {shape}, got {targets.shape}")
    mask = np.ones(shape, bool) if mask is None else np.asarray(mask)
    if mask.shape != shape or mask.dtype != bool:
        raise ValueError(
            f"mask: wanted booleans of shape {shape}, "
            f"got {mask.dtype} of shape {mask.shape}"
        )
    if not mask.any():
        raise ValueError("targets: wanted at least one that counts, got none")
    if reduction not in ("mean", "sum"):
        raise ValueError(f"reduction: wanted 'mean' or 'sum', got {reduction!r}")
    return mask / (mask.sum() if reduction == "mean" else 1)


def nats_to_bits(nats):
    """Convert a loss from nats to bits: divide by ln 2."""
    return nats / np.log(2)


def perplexity(nats):
    """Return exp of the loss: how many equal choices it is worth."""
    return np.exp(nats)
