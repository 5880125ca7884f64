"""Elasticsearch's users as docker-compose.yml needs them; running it again sets the same again.

kibana_system  gets KIBANA_PASSWORD
wire           the user that the settings name, with their password and the role `wire`: its own templates and indices

It works as the superuser `elastic` with ELASTIC_PASSWORD. The names are this stack's, not the pipeline's, hence
environment variables rather than settings.
"""

import os
import sys
from dataclasses import replace

from elasticsearch import Elasticsearch

from pipeline import settings as configuration
from pipeline.cli.console import patiently, say, say_error
from pipeline.errors import WireError
from pipeline.search.client import connect
from pipeline.search.failures import translated
from pipeline.settings import Settings

ROLE = "wire"
WAIT_S = 60.0
"""Elasticsearch makes its index of users when the first is written, and answers 503 until it is there."""


def ensure(client: Elasticsearch, settings: Settings, kibana_password: str) -> None:
    """Both users and the role, as `client`, a superuser, can set them. Errors are pipeline.errors'."""
    with translated():
        client.security.change_password(username="kibana_system", password=kibana_password)
        client.security.put_role(
            name=ROLE,
            cluster=["monitor", "manage_index_templates"],
            indices=[{"names": [settings.index, f"{settings.index}-*"], "privileges": ["all"]}],
        )
        client.security.put_user(
            username=settings.elasticsearch_username, password=settings.elasticsearch_password, roles=[ROLE]
        )


def main() -> None:
    """Set them, waiting for Elasticsearch up to WAIT_S seconds."""
    settings = configuration.load()
    superuser = replace(
        settings,
        elasticsearch_username="elastic",
        elasticsearch_password=os.environ["ELASTIC_PASSWORD"],
        elasticsearch_api_key="",
    )
    with connect(superuser) as client:
        patiently(lambda: ensure(client, settings, os.environ["KIBANA_PASSWORD"]), WAIT_S)
    say(f"Elasticsearch's users kibana_system and {settings.elasticsearch_username} are set.")


if __name__ == "__main__":
    try:
        main()
    except WireError as error:
        say_error(str(error))
        sys.exit(1)
