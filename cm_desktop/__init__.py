"""CM Desktop: one offline inbox for everything people say to a firm."""

__version__ = "0.1.0"
