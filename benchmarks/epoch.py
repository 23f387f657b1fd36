"""Measure what the readable code costs, in CPU seconds.

    python benchmarks/epoch.py

Set OPENBLAS_NUM_THREADS=1 to measure one core. Medians over repetitions, with
the fastest beside them: on a busy machine the fastest is the better witness.
"""

import statistics
import time

from lstm_core import CharLSTM, Vocabulary, load_hamlet, next_char_pairs


def cpu_seconds(function, repeats):
    """Return the CPU seconds of each of ``repeats`` calls."""
    seconds = []
    for _ in range(repeats):
        start = time.process_time()
        function()
        seconds.append(time.process_time() - start)
    return seconds


def main():
    """Print one line a measurement."""
    text = load_hamlet()
    vocabulary = Vocabulary.from_text(text)
    inputs, targets = next_char_pairs(vocabulary.encode(text))
    model = CharLSTM(vocabulary, 25)

    def epoch():
        model.loss_and_grads(inputs[:, None], targets[:, None], reduction="sum")

    def fit():
        CharLSTM(vocabulary).fit(text, progress=False)

    for label, function, repeats in (
        ("one epoch over the whole text, H 25", epoch, 40),
        ("CharLSTM.fit with its defaults", fit, 5),
    ):
        seconds = cpu_seconds(function, repeats)
        print(
            f"{label}: median {1e3 * statistics.median(seconds):.1f} ms, "
            f"fastest {1e3 * min(seconds):.1f} ms"
        )


if __name__ == "__main__":
    main()
