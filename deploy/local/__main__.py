"""`python -m deploy.local` is the `lapor` command."""

from deploy.local.cli import app

app()
