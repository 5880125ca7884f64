"""The `wire` command: every subcommand, one file each, imported when it is called."""

import importlib
import sys
from collections.abc import Sequence

import click

from pipeline import __version__
from pipeline.cli.console import say_error
from pipeline.errors import WireError

COMMANDS: dict[str, tuple[str, str]] = {
    # name: (module, what it does)
    "up": ("pipeline.cli.up", "Start the local Kafka and search engine, or find them running."),
    "down": ("pipeline.cli.down", "Stop the local engines."),
    "status": ("pipeline.cli.status", "Show the engines, the topics and how far each stage is behind."),
    "setup": ("pipeline.cli.setup", "Create or update topics, mappings, index and aliases."),
    "feed": ("pipeline.cli.feed", "Send files, folders or standard input into the pipeline."),
    "watch": ("pipeline.cli.watch", "Take every file that appears in a folder."),
    "feeds": ("pipeline.cli.feeds", "Check, run and look after the configured feeds."),
    "worker": ("pipeline.cli.worker", "Run one worker of one stage."),
    "run": ("pipeline.cli.run", "Run one worker of every stage."),
    "search": ("pipeline.cli.search", "Search the stories, with filters and facets."),
    "show": ("pipeline.cli.show", "Show one story, whole."),
    "history": ("pipeline.cli.history", "Show the versions of a story, and what changed between two of them."),
    "held": ("pipeline.cli.held", "List what may not be seen yet: under embargo, or withheld."),
    "threads": ("pipeline.cli.threads", "List the running events."),
    "thread": ("pipeline.cli.thread", "Show the stories of one running event, and follow it."),
    "parse": ("pipeline.cli.parse", "Read wire items and show the stories in them, without any server."),
    "enrich": ("pipeline.cli.enrich", "Read and enrich wire items, without any server."),
    "dead-letter": ("pipeline.cli.dead_letter", "List, show and requeue what could not be processed."),
    "audit": ("pipeline.cli.audit", "Account for every message received."),
    "demo": ("pipeline.cli.demo", "Everything at once, on the sample stories."),
}


class _Lazy(click.Group):
    """A group that imports a command's module only when that command is called: `wire parse` needs no Kafka."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command = importlib.import_module(module).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="wire")
def wire() -> None:
    """Wire copy in, enriched and searchable stories out.

    Settings come from WIRE_* environment variables; the README lists them.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; errors become a sentence on standard error and exit code 1, misuse 2."""
    try:
        wire.main(args=arguments, prog_name="wire", standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader left (`| head`): nothing to say, and nobody to say it to
        sys.exit(0)
    except WireError as error:
        say_error(str(error))
        sys.exit(1)
