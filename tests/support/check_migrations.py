"""Part of `make check`: the migrations lead to the tables in the code, and back again."""

import asyncio
import sys
import tempfile
from pathlib import Path

from viva.platform.migrations import downgrade, drift, upgrade
from viva.platform.postgres import EmbeddedPostgres


async def main() -> int:
    """0 when nothing drifts."""
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedPostgres(Path(folder), settings={"fsync": "off"}) as url:
            await upgrade(url)
            differences = await drift(url)
            await downgrade(url, "base")
            await upgrade(url)
    for difference in differences:
        print(f"migrations drift: {difference}", file=sys.stderr)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
