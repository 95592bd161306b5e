"""Makes connectors for a test, and closes them behind it."""

from contextlib import ExitStack, closing, contextmanager

from cm_desktop.connectors.base import AccountConfig


@contextmanager
def connecting(channel, name, **usual):
    """Give a function that makes a channel's connectors: with the usual fields, or others."""
    with ExitStack() as made:

        def connect(**fields):
            config = AccountConfig(channel=name, **usual | fields)
            return made.enter_context(closing(channel.make(config)))

        yield connect
