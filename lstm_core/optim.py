"""Clip a gradient, then step: SGD, Adam and a learning-rate schedule.

Home chapters: 4 (clipping) and 5. `SGD` and `Adam` follow torch.optim.
"""

import numpy as np

from lstm_core.checks import (
    check_count,
    check_finite,
    check_number,
    check_same_shapes,
)


def clip_grad_value(grads, limit):
    """Cut every entry to [-limit, limit]. This can turn the gradient.

    Parameters
    ----------
    grads : dict of arrays
        Left as they are.
    limit : float
        Above 0.

    Returns
    -------
    dict of arrays
    """
    limit = check_number("limit", limit, 0, above=True)
    check_finite("grads", grads)
    return {name: np.clip(grad, -limit, limit) for name, grad in grads.items()}


def clip_grad_norm(grads, max_norm):
    """Shrink the gradient to a length of at most ``max_norm``, direction kept.

    The length is that of all arrays taken together, and the factor that of
    PyTorch: ``min(1, max_norm / (norm + 1e-6))`` (Pascanu et al. 2013).

    Returns
    -------
    grads : dict of arrays
    total_norm : float
        The length before clipping.
    """
    max_norm = check_number("max_norm", max_norm, 0, above=True)
    norm = global_norm(grads)
    scale = min(1.0, max_norm / (norm + 1e-6))
    return {name: grad * scale for name, grad in grads.items()}, norm


def global_norm(grads):
    """Return the length of all gradients taken together as one vector."""
    check_finite("grads", grads)
    return float(np.sqrt(sum(np.sum(grad * grad) for grad in grads.values())))


class SGD:
    """Plain gradient descent: ``param -= lr * grad``.

    Parameters
    ----------
    lr : float
        Learning rate, at least 0; may be set anew before any step.
    """

    def __init__(self, lr):
        self.lr = check_number("lr", lr, 0)

    def step(self, params, grads):
        """Update ``params`` in place."""
        check_same_shapes("grads", grads, params, "params")
        for name, grad in grads.items():
            params[name] -= self.lr * grad


class Adam:
    """Adam (Kingma and Ba 2015): a step per weight, scaled by its history.

    Parameters
    ----------
    lr : float
        Learning rate, at least 0; may be set anew before any step.
    betas : pair of float
        How much of the running mean of the gradient, and of its square, is
        kept at each step; both in [0, 1).
    eps : float
        Added to the root of the mean square.
    """

    def __init__(self, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.lr = check_number("lr", lr, 0)
        self.betas = tuple(check_number("betas", beta, 0, 1) for beta in betas)
        if len(self.betas) != 2 or max(self.betas) == 1:
            raise ValueError(f"betas: wanted two numbers in [0, 1), got {betas}")
        self.eps = check_number("eps", eps, 0)
        self.steps = 0
        self.mean, self.square = {}, {}

    def step(self, params, grads):
        """Update ``params`` in place."""
        check_same_shapes("grads", grads, params, "params")
        if not self.mean:
            self.mean = {key: np.zeros_like(p) for key, p in params.items()}
            self.square = {key: np.zeros_like(p) for key, p in params.items()}
        check_same_shapes("params", params, self.mean, "the first step")
        self.steps += 1
        beta1, beta2 = self.betas
        for name, grad in grads.items():
            mean = beta1 * self.mean[name] + (1 - beta1) * grad
            square = beta2 * self.square[name] + (1 - beta2) * grad**2
            self.mean[name], self.square[name] = mean, square
            mean = mean / (1 - beta1**self.steps)  # both started at zero:
            square = square / (1 - beta2**self.steps)  # undo that
            params[name] -= self.lr * mean / (np.sqrt(square) + self.eps)


def hold_then_decay(update, updates, hold=0.5):
    """Return the factor on the learning rate at ``update`` of ``updates``.

    It is 1 for the first part ``hold`` of the updates, then falls in a
    straight line to almost 0 at the last.
    """
    check_number("update", update, 0, check_count("updates", updates) - 1)
    check_number("hold", hold, 0, 1)
    left = 1 - update / updates
    return 1.0 if update < hold * updates else left / (1 - hold)
