"""The console script: one clear sentence when something cannot be done, never a traceback for a person."""

import click

from viva.cli.bench import bench
from viva.cli.calibrate import calibrate
from viva.cli.counterfactual import counterfactual
from viva.cli.demo import demo
from viva.cli.doctor import doctor
from viva.cli.evidence import evidence
from viva.cli.people import admin
from viva.cli.serving import migrate, serve


@click.group()
@click.version_option(package_name="viva")
def main() -> None:
    """An AI interview system in one process."""


for command in (serve, migrate, admin, doctor, demo, bench, evidence, counterfactual, calibrate):
    main.add_command(command)
