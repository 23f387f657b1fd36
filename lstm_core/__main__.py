"""The command line: ``python -m lstm_core train | sample | evaluate``."""

import argparse
import sys
from pathlib import Path

from lstm_core import CharLSTM, Vocabulary, load_hamlet

TRAIN_HELP = """\
Train a character-level LSTM on a text and write it to a file.

The text is read by several readers at once, a window of characters at a time;
after each window the weights move a little against the gradient. The loss shown
is in nats per character: it starts near ln V (every one of the V characters
equally likely; 3.466 for Hamlet's 32) and falls towards 0 as the text is learnt.
Ctrl-C stops early and still writes the model; --resume then goes on exactly
where it stopped.
"""
TRAIN_EXAMPLE = """\
example:
  python -m lstm_core train hamlet --out hamlet.npz
  python -m lstm_core sample hamlet.npz --prompt "to be" --length 400
"""
SAMPLE_HELP = """\
Let a trained model continue a prompt, one character at a time.

At temperature 0 it takes the most probable character each time. At 1 it draws
from its own probabilities; below 1 it plays safer, above 1 it takes more risks.
--top-k and --top-p leave out improbable characters before the draw.
"""
EVALUATE_HELP = """\
Measure how well a model predicts a text, each character from those before it.

Prints the mean surprise in nats and bits per character, the perplexity (how many
equally likely characters that surprise is worth) and how often the most
probable character was the right one. On text that the model was trained on this
measures memory; on other text, what it learnt.
"""


def main(argv=None):
    """Run one command and return its exit status: 0, 2 (bad input) or 130."""
    args = _parser().parse_args(argv)
    try:
        return args.command(args)
    except (ValueError, OSError) as error:
        print(f"lstm_core {args.name}: {_one_line(error)}", file=sys.stderr)
        return 2


def train(args):
    """Train a model, or go on training one, and save it."""
    text = _read_text(args.text)
    if not args.out.resolve().parent.is_dir():
        raise ValueError(f"--out: wanted a folder that exists, got {args.out.parent}")
    options = {
        "progress": not args.quiet,
        "checkpoint_to": args.out,
        "checkpoint_every": args.checkpoint_every,
    }
    if args.resume:
        model = CharLSTM.load(args.out)
        history = model.resume(text, **options)
    else:
        model = CharLSTM(
            Vocabulary.from_text(text),
            args.hidden_size,
            seed=args.seed,
            forget_bias=args.forget_bias,
        )
        history = model.fit(
            text,
            args.updates,
            batch_size=args.batch_size,
            window=args.window,
            lr=args.lr,
            **options,
        )
    print(f"text: {len(text)} characters, {len(model.vocabulary)} distinct")
    print(f"updates: {len(history)} of {model.run.settings.updates}")
    if history.loss:
        print(f"loss: {history.loss[-1]:.3f} nats per character")
    print(f"saved: {args.out}")
    if history.interrupted:
        print("interrupted; go on with --resume", file=sys.stderr)
        return 130
    return 0


def sample(args):
    """Print a continuation of a prompt."""
    print(
        CharLSTM.load(args.model).generate(
            args.prompt,
            args.length,
            temperature=args.temperature,
            top_k=args.top_k,
            top_p=args.top_p,
            seed=args.seed,
        )
    )
    return 0


def evaluate(args):
    """Print how well a model predicts a text."""
    result = CharLSTM.load(args.model).evaluate(_read_text(args.text))
    print(f"nats per character: {result.nats_per_char:.3f}")
    print(f"bits per character: {result.bits_per_char:.3f}")
    print(f"perplexity: {result.perplexity:.3f}")
    print(f"accuracy: {result.accuracy:.3f}")
    return 0


def _read_text(source):
    """Return the soliloquy for "hamlet", else the text of a UTF-8 file."""
    if source == "hamlet":
        return load_hamlet()
    try:
        return Path(source).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{source}: wanted UTF-8 text, got {error}") from None


def _one_line(error):
    """Return the message of an error without line breaks."""
    return " ".join(str(error).split())


def _parser():
    """Build the parser of all three commands."""
    parser = argparse.ArgumentParser(
        prog="python -m lstm_core",
        description="Train a character-level LSTM, let it write, measure it.",
    )
    commands = parser.add_subparsers(dest="name", required=True, metavar="COMMAND")
    _add_train(commands)
    _add_sample(commands)
    _add_evaluate(commands)
    return parser


def _add(commands, name, function, summary, description, epilog=None):
    """Add one command and return its parser."""
    parser = commands.add_parser(
        name,
        help=summary,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=function)
    return parser


def _add_train(commands):
    parser = _add(
        commands, "train", train, "train a model on a text", TRAIN_HELP, TRAIN_EXAMPLE
    )
    parser.add_argument(
        "text",
        nargs="?",
        default="hamlet",
        metavar="hamlet|FILE",
        help="the soliloquy that comes with the package (default), or a UTF-8 file",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="M.npz",
        help="where to write the model",
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on with the unfinished run in --out"
    )
    parser.add_argument("--updates", type=int, default=400, help="steps (%(default)s)")
    parser.add_argument(
        "--hidden-size", type=int, default=64, help="number of units H (%(default)s)"
    )
    parser.add_argument(
        "--batch-size", type=int, default=16, help="number of readers B (%(default)s)"
    )
    parser.add_argument(
        "--window", type=int, default=32, help="characters a step T (%(default)s)"
    )
    parser.add_argument("--lr", type=float, default=0.02, help="rate (%(default)s)")
    parser.add_argument(
        "--forget-bias", type=float, default=1.0, help="at the start (%(default)s)"
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="of the first weights (%(default)s)"
    )
    parser.add_argument(
        "--checkpoint-every", type=int, default=100, metavar="N", help="(%(default)s)"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def _add_sample(commands):
    parser = _add(
        commands, "sample", sample, "let a model continue a prompt", SAMPLE_HELP
    )
    parser.add_argument("model", type=Path, metavar="M.npz")
    parser.add_argument("--prompt", required=True, help="what the text starts with")
    parser.add_argument(
        "--length", type=int, default=400, help="characters to add (%(default)s)"
    )
    parser.add_argument(
        "--temperature", type=float, default=0.0, help="0 or more (%(default)s)"
    )
    parser.add_argument("--top-k", type=int, help="keep the k most probable")
    parser.add_argument(
        "--top-p", type=float, help="keep the most probable that together reach p"
    )
    parser.add_argument("--seed", type=int, help="fixes the draws")


def _add_evaluate(commands):
    parser = _add(
        commands, "evaluate", evaluate, "measure a model on a text", EVALUATE_HELP
    )
    parser.add_argument("model", type=Path, metavar="M.npz")
    parser.add_argument("text", metavar="FILE", help="a UTF-8 file, or hamlet")


if __name__ == "__main__":
    sys.exit(main())
