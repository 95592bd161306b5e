"""Our kinds of click's commands: words in the user's language, global options anywhere."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import click

from cm_desktop.cli.program import Program, has_terminal, is_text
from cm_desktop.i18n import LANGUAGES, _, use_language

Words = Callable[[], str]  # asked when shown, because the language may change before that


class Option(click.Option):
    """An option whose help is put into words when it is shown."""

    def __init__(self, *names: Any, about: Words | None = None, **details: Any) -> None:
        super().__init__(*names, **details)
        self._about = about

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option's line of the help."""
        if self._about is not None:
            self.help = self._about()
        return super().get_help_record(ctx)


class _Helped(click.Command):
    """What everything has that explains itself."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return `--help`, which tells what it does in the language spoken now."""
        found = super().get_help_option(ctx)
        if found is not None:
            found.help = _("Show this message and exit.")
        return found


class _Worded(_Helped):
    """What commands and groups share."""

    def __init__(self, *names: Any, about: Words | None = None, **details: Any) -> None:
        super().__init__(*names, **details)
        self._about = about
        taken = {name for parameter in self.params for name in parameter.opts}
        self.params.extend(
            option for option in global_options(hidden=True) if not taken & set(option.opts)
        )

    def invoke(self, ctx: click.Context) -> Any:
        """Run it, unless a text is none: what is not UTF-8 would be written elsewhere as garbage.

        Names of files may be any bytes.
        """
        for parameter in self.params:
            if isinstance(parameter.type, click.types.StringParamType):
                _check_text(ctx, parameter, ctx.params.get(str(parameter.name)))
        return super().invoke(ctx)

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the first sentence about the command."""
        self.help = self._about() if self._about else None
        return super().get_short_help_str(limit)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command is for."""
        self.help = self._about() if self._about else None
        super().format_help_text(ctx, formatter)


class Command(_Worded):
    """One command."""


class Group(_Worded, click.Group):
    """A command that has commands of its own."""


class Commands(_Helped, click.Group):
    """All commands; the file of one is only read when it is asked for."""

    def __init__(self, *names: Any, places: dict[str, str], **details: Any) -> None:
        super().__init__(*names, **details)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's form
        """Return the commands in the order they are told in."""
        return list(self._places)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's form
        cmd_name: str,
    ) -> click.Command | None:
        """Return a command, or None for one that does not exist."""
        place = self._places.get(cmd_name)
        if place is None:
            return None
        module, _dot, name = place.partition(":")
        found: click.Command = getattr(import_module(f"cm_desktop.cli.{module}"), name)
        return found

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the program is for."""
        self.help = _(
            "One offline inbox for everything people say to a firm. Without a command, the window"
            " opens."
        )
        super().format_help_text(ctx, formatter)


def command(name: str, about: Words) -> Callable[[Callable[..., Any]], Command]:
    """Make a function a command."""
    return click.command(name, cls=Command, about=about)


def group(name: str, about: Words) -> Callable[[Callable[..., Any]], Group]:
    """Make a function a group of commands."""
    return click.group(name, cls=Group, about=about)


def option(*names: str, about: Words, **details: Any) -> Callable[[Any], Any]:
    """Give a command an option."""
    return click.option(*names, cls=Option, about=about, **details)


def confirmed(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a command that destroys something run only with `--yes`, or after a yes."""

    def check(_ctx: click.Context, _parameter: click.Parameter, value: bool) -> bool:
        if value:
            return True
        if not has_terminal():
            raise click.UsageError(_("This cannot be undone. Add --yes to do it."))
        return click.confirm(_("This cannot be undone. Go on?"), abort=True, err=True)

    asked: Callable[..., Any] = option(
        "--yes",
        is_flag=True,
        expose_value=False,
        callback=check,
        about=lambda: _("Do it without a question."),
    )(function)
    return asked


def global_options(*, hidden: bool) -> list[click.Parameter]:
    """Return the options that every command understands, before and after its name."""
    shared: dict[str, Any] = {"expose_value": False, "hidden": hidden, "callback": _remember}
    return [
        Option(
            ["--data-dir"],
            metavar="DIR",
            about=lambda: _("Folder of the vaults; else CM_DESKTOP_HOME, else the system's place."),
            **shared,
        ),
        Option(
            ["--vault", "vault_name"],
            metavar="NAME",
            about=lambda: _("Vault to work with; not needed while there is only one."),
            **shared,
        ),
        Option(
            ["--json", "as_json"],
            is_flag=True,
            about=lambda: _("Print one JSON document and nothing else."),
            **shared,
        ),
        Option(
            ["--lang", "language"],
            type=click.Choice(LANGUAGES),
            is_eager=True,
            about=lambda: _("Language to speak; else the one of the system."),
            **shared,
        ),
    ]


def _check_text(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
    for one in value if isinstance(value, tuple) else (value,):
        if isinstance(one, str) and not is_text(one):
            raise click.BadParameter(_("This is no UTF-8 text."), ctx, parameter)


def _remember(ctx: click.Context, parameter: click.Parameter, value: Any) -> Any:
    """Keep the value of a global option where every command finds it."""
    program = ctx.find_object(Program)
    if value and program is not None:
        if parameter.name == "language":
            use_language(value)
        else:
            setattr(program, str(parameter.name), value)
    return value
