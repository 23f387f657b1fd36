import io
import itertools
import os
import signal
import threading
from contextlib import redirect_stderr

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lstm_core import (
    CharLSTM,
    Evaluation,
    History,
    Vocabulary,
    complex_step_gradient,
    next_char_pairs,
    relative_error,
)

TEXT = "to be, or not to be: that is the question. " * 3


def small(seed=1, dtype=np.float64, text=TEXT):
    return CharLSTM(Vocabulary.from_text(text), 8, seed=seed, dtype=dtype)


def quick(model, updates=12, **options):
    options = {"batch_size": 3, "window": 7, "progress": False} | options
    return model.fit(TEXT, updates, **options)


def same(a, b):
    return all(np.array_equal(a.params[k], b.params[k]) for k in a.params)


def test_parameters_are_what_the_docstring_says():
    model = CharLSTM(Vocabulary("abcde"), 7, forget_bias=2.0, seed=5)
    assert {name: array.shape for name, array in model.params.items()} == {
        "weight_ih": (28, 5),
        "weight_hh": (28, 7),
        "bias": (28,),
        "weight_hy": (5, 7),
        "bias_y": (5,),
    }
    assert (model.params["bias"][7:14] == 2).all()
    assert same(model, CharLSTM(Vocabulary("abcde"), 7, forget_bias=2.0, seed=5))
    assert not same(model, CharLSTM(Vocabulary("abcde"), 7, forget_bias=2.0, seed=6))


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("masked", [False, True])
def test_gradients_equal_the_complex_step(rng, reduction, masked):
    model = CharLSTM(Vocabulary("abc"), 4, seed=1)
    model.params = {k: rng.normal(size=p.shape) for k, p in model.params.items()}
    params = model.params
    state = rng.normal(size=(2, 2, 4))
    for _ in range(2):  # two batches in a row, the state carried
        inputs, targets = rng.integers(0, 3, (2, 6, 2))
        mask = rng.random((6, 2)) < 0.7 if masked else None
        _, grads, state_n = model.loss_and_grads(
            inputs, targets, state, reduction, mask
        )
        for name in params:

            def loss(array, name=name, state=state, args=(inputs, targets, mask)):
                model.params = {**params, name: array}
                return model.loss_and_grads(*args[:2], state, reduction, args[2])[0]

            wanted = complex_step_gradient(loss, params[name])
            model.params = params
            assert relative_error(grads[name], wanted) < 1e-13
        state = state_n


def test_an_untrained_model_scores_about_ln_v():
    model = small()
    nats = model.evaluate(TEXT).nats_per_char
    assert nats == pytest.approx(np.log(len(model.vocabulary)), abs=0.15)


@pytest.mark.parametrize("seed", range(10))
def test_defaults_recite_the_soliloquy(hamlet, seed):
    model = CharLSTM(Vocabulary.from_text(hamlet), seed=seed)
    model.fit(hamlet, progress=False)
    assert model.generate(hamlet[0], len(hamlet) - 1) == hamlet
    assert model.evaluate(hamlet).accuracy == 1


def test_history_has_an_entry_an_update():
    history = quick(small())
    assert isinstance(history, History)
    assert len(history) == len(history.loss) == len(history.grad_norm) == 12
    assert not history.interrupted
    assert all(np.isfinite(history.loss))
    assert min(history.grad_norm) > 0


def test_fit_is_the_same_twice_and_a_second_fit_starts_a_new_run():
    first, second = small(), small()
    quick(first)
    quick(second)
    assert same(first, second)
    history = quick(first, 5)
    quick(second, 5)
    assert same(first, second)
    assert len(history) == 5


def test_the_window_limits_the_gradient_not_the_memory():
    """The state is carried: a one-step window still sees the text so far."""
    model = small()
    seen = []
    forward = model.loss_and_grads

    def spy(inputs, targets, state=None, reduction="mean", mask=None):
        result = forward(inputs, targets, state, reduction, mask)
        seen.append((np.array(state), np.array(result[2])))
        return result

    model.loss_and_grads = spy
    quick(model, 4, batch_size=1, window=5)
    assert (seen[0][0] == 0).all()
    for (_, after), (before, _) in itertools.pairwise(seen):
        np.testing.assert_array_equal(after, before)


def test_a_reader_that_wraps_starts_from_zero():
    model, text, seen = small(), TEXT[:13], []
    forward = model.loss_and_grads

    def spy(inputs, targets, state=None, reduction="mean", mask=None):
        seen.append((np.array(state), mask.sum()))
        return forward(inputs, targets, state, reduction, mask)

    model.loss_and_grads = spy
    model.fit(text, 4, batch_size=1, window=5, progress=False)
    assert [count for _, count in seen] == [5, 5, 2, 5]
    assert [bool((state == 0).all()) for state, _ in seen] == [True, False, False, True]


def interrupt_at(update):
    def callback(model, history):
        if len(history) == update:
            raise KeyboardInterrupt

    return callback


@pytest.mark.parametrize("through_a_file", [False, True])
@pytest.mark.parametrize("update", [1, 5, 11])
def test_resume_goes_on_exactly_where_it_stopped(tmp_path, update, through_a_file):
    whole, parts = small(), small()
    wanted = quick(whole)
    history = quick(parts, callback=interrupt_at(update))
    assert history.interrupted
    assert len(history) == update
    if through_a_file:
        parts.save(tmp_path / "m.npz")
        parts = CharLSTM.load(tmp_path / "m.npz")
    history = parts.resume(TEXT, progress=False)
    assert same(whole, parts)
    assert history == wanted
    assert not history.interrupted
    with pytest.raises(ValueError, match="resume: wanted an unfinished training run"):
        parts.resume(TEXT)


def test_ctrl_c_waits_for_the_update_and_puts_the_handler_back():
    before = signal.getsignal(signal.SIGINT)
    whole, parts = small(), small()
    quick(whole)
    forward = parts.loss_and_grads

    def pressed(*args, **kwargs):
        if len(parts.run.history) == 6:
            os.kill(os.getpid(), signal.SIGINT)
        return forward(*args, **kwargs)

    parts.loss_and_grads = pressed
    history = quick(parts)
    assert history.interrupted
    assert len(history) == 7  # the update that was under way is whole
    assert signal.getsignal(signal.SIGINT) is before
    parts.loss_and_grads = forward
    parts.resume(TEXT, progress=False)
    assert same(whole, parts)


def test_fit_works_outside_the_main_thread():
    model, wanted = small(), small()
    thread = threading.Thread(target=quick, args=(model,))
    thread.start()
    thread.join()
    quick(wanted)
    assert same(model, wanted)


def test_an_error_leaves_the_weights_of_the_update_before():
    model, wanted = small(), small()
    quick(wanted, 12, callback=interrupt_at(4))
    forward = model.loss_and_grads

    def failing(*args, **kwargs):
        loss, grads, state = forward(*args, **kwargs)
        if len(model.run.history) == 4:
            grads["weight_hh"][0, 0] = np.nan
        return loss, grads, state

    model.loss_and_grads = failing
    with pytest.raises(ValueError, match=r"NaN or infinity in \['weight_hh'\]"):
        quick(model)
    assert same(model, wanted)
    model.loss_and_grads = forward
    model.resume(TEXT, progress=False)
    wanted.resume(TEXT, progress=False)
    assert same(model, wanted)


def test_checkpoints_are_written_on_the_way(tmp_path):
    path, seen = tmp_path / "m.npz", []

    def look(model, history):
        if path.exists():
            seen.append(len(CharLSTM.load(path).run.history))

    model = small()
    quick(model, 10, checkpoint_to=path, checkpoint_every=4, callback=look)
    assert seen == [4, 4, 4, 4, 8, 8]
    assert same(CharLSTM.load(path), model)
    assert len(CharLSTM.load(path).run.history) == 10


def test_the_bar_shows_the_loss():
    stderr = io.StringIO()
    with redirect_stderr(stderr):
        history = quick(small(), progress=True)
    assert "12/12" in stderr.getvalue()
    assert f"loss {history.loss[-1]:.3f}" in stderr.getvalue()


def test_evaluate_agrees_with_the_loss_and_does_not_touch_the_model(trained, hamlet):
    before = {name: array.copy() for name, array in trained.params.items()}
    result = trained.evaluate(hamlet)
    inputs, targets = next_char_pairs(trained.vocabulary.encode(hamlet))
    logits, _, _ = trained.forward(inputs[:, None])
    loss, *_ = trained.loss_and_grads(inputs[:, None], targets[:, None])
    accuracy = np.mean(logits[:, 0].argmax(axis=1) == targets)
    assert isinstance(result, Evaluation)
    assert result.nats_per_char == pytest.approx(loss, rel=1e-12)
    assert result.bits_per_char == pytest.approx(loss / np.log(2))
    assert result.perplexity == pytest.approx(np.exp(loss))
    assert result.accuracy == pytest.approx(accuracy)
    assert result == trained.evaluate(hamlet)
    for name, array in before.items():
        np.testing.assert_array_equal(trained.params[name], array)


@given(st.integers(0, 30), st.integers(0, 5), st.sampled_from([0.0, 0.5, 1.0, 3.0]))
def test_generate_continues_the_prompt(trained, length, seed, temperature):
    options = {"temperature": temperature, "seed": seed}
    text = trained.generate("to be", length, **options)
    assert text.startswith("to be")
    assert len(text) == 5 + length
    assert text == trained.generate("to be", length, **options)
    assert set(text) <= set(trained.vocabulary.chars)


def test_generate_feeds_back_what_it_chose(trained):
    text = trained.generate("to be", 12)
    for n in range(5, 17):
        ids = trained.vocabulary.encode(text[:n])
        logits, _, _ = trained.forward(ids[:, None])
        assert trained.vocabulary.chars[logits[-1, 0].argmax()] == text[n]


def test_top_k_of_all_is_plain_and_of_one_is_greedy(trained):
    plain = trained.generate("to be", 30, temperature=1.0, seed=4)
    for same_as_plain in ({"top_k": 32}, {"top_k": 99}, {"top_p": 1.0}):
        options = {"temperature": 1.0, "seed": 4} | same_as_plain
        assert trained.generate("to be", 30, **options) == plain
    greedy = trained.generate("to be", 30)
    assert trained.generate("to be", 30, temperature=2.0, top_k=1, seed=4) == greedy
    assert trained.generate("to be", 30, temperature=2.0, top_p=1e-9, seed=4) == greedy
    assert plain != greedy


def test_without_a_seed_each_call_draws_anew(trained):
    texts = {trained.generate("to be", 40, temperature=1.0) for _ in range(4)}
    assert len(texts) > 1


def test_sampling_does_not_disturb_training(tmp_path):
    whole, parts = small(), small()
    quick(whole)

    def nosy(model, history):
        model.generate("to", 5, temperature=1.0, seed=1)
        model.evaluate(TEXT)
        model.save(tmp_path / "m.npz")

    quick(parts, callback=nosy)
    assert same(whole, parts)


def test_single_precision_trains_and_samples(tmp_path):
    model = small(dtype=np.float32)
    quick(model)
    assert {array.dtype for array in model.params.values()} == {np.dtype("f4")}
    text = model.generate("to", 200, temperature=0.05, seed=1)
    assert len(text) == 202
    model.save(tmp_path / "m.npz")
    again = CharLSTM.load(tmp_path / "m.npz")
    assert same(model, again)
    assert again.params["bias"].dtype == np.float32


MODEL = small()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: CharLSTM("abc"), "vocabulary: wanted a Vocabulary, got str"),
        (
            lambda: CharLSTM(Vocabulary("ab"), 0),
            "hidden_size: wanted a whole number >= 1, got 0",
        ),
        (
            lambda: CharLSTM(Vocabulary("ab"), seed=-1),
            "seed: wanted a whole number >= 0, got -1",
        ),
        (
            lambda: CharLSTM(Vocabulary("ab"), dtype=int),
            "dtype: wanted float32 or float64, got <class 'int'>",
        ),
        (lambda: MODEL.fit(""), "text: wanted at least 2 characters, got 0"),
        (lambda: MODEL.fit("t"), "text: wanted at least 2 characters, got 1"),
        (lambda: MODEL.fit(b"tt"), "text: wanted a str, got bytes b'tt'"),
        (lambda: MODEL.fit(TEXT, 0), "updates: wanted a whole number >= 1, got 0"),
        (
            lambda: MODEL.fit(TEXT, batch_size=0),
            "batch_size: wanted a whole number >= 1, got 0",
        ),
        (
            lambda: MODEL.fit(TEXT, window=0.5),
            "window: wanted a whole number >= 1, got 0.5",
        ),
        (lambda: MODEL.fit(TEXT, lr=-1), "lr: wanted a number in [0, inf), got -1"),
        (
            lambda: MODEL.fit(TEXT, max_norm=0),
            "max_norm: wanted a number in (0, inf), got 0",
        ),
        (
            lambda: MODEL.fit(TEXT, checkpoint_every=0),
            "checkpoint_every: wanted a whole number >= 1, got 0",
        ),
        (
            lambda: small().resume(TEXT),
            "resume: wanted an unfinished training run, got none",
        ),
        (lambda: MODEL.evaluate("t"), "text: wanted at least 2 characters, got 1"),
        (lambda: MODEL.generate("", 3), "prompt: wanted at least 1 character, got 0"),
        (
            lambda: MODEL.generate("t", -1),
            "length: wanted a whole number >= 0, got -1",
        ),
        (
            lambda: MODEL.generate("t", 2, seed=-1),
            "seed: wanted a whole number >= 0, got -1",
        ),
        (
            lambda: MODEL.loss_and_grads([0, 1], [0, 1]),
            "inputs: wanted 2 axes, got shape (2,)",
        ),
        (
            lambda: MODEL.loss_and_grads([[99]], [[0]]),
            "inputs: wanted ids from 0 to 15, got 99",
        ),
        (
            lambda: MODEL.loss_and_grads([[0]], [[0, 0]]),
            "targets: wanted shape (1, 1), got (1, 2)",
        ),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message


def test_unknown_characters_are_named_with_their_position():
    with pytest.raises(ValueError, match=r"^text: .* got 'X' at position 3$"):
        MODEL.fit("to X")
    with pytest.raises(ValueError, match=r"^prompt: .* got 'X' at position 2$"):
        MODEL.generate("toX", 1)
    with pytest.raises(ValueError, match=r"^text: .* got 'X' at position 1$"):
        MODEL.evaluate("tX")


def test_a_refused_fit_keeps_the_unfinished_run():
    model = small()
    quick(model, callback=interrupt_at(3))
    run = model.run
    for bad in ({"checkpoint_every": 0}, {"lr": -1}, {"window": 0}):
        with pytest.raises(ValueError, match="wanted"):
            quick(model, **bad)
        assert model.run is run


def test_resume_refuses_another_text():
    model = small()
    quick(model, callback=interrupt_at(3))
    with pytest.raises(ValueError) as caught:
        model.resume(TEXT[:-1])
    assert str(caught.value) == "text: wanted the text of the run, got another"
