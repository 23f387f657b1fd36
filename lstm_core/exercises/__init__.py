"""Checks for the exercises: they run the reader's own function."""

from lstm_core.exercises.core import check

__all__ = ["check"]
