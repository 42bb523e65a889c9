"""Letters: policy, compose, render, send."""
