"""Runs mockrevio with a smaller checkpoint threshold: `python -m tests.torture.launcher BYTES serve ...`."""

from __future__ import annotations

import sys

from mockrevio.cli import main
from mockrevio.storage import stores

if __name__ == "__main__":
    stores.MIN_CHECKPOINT_SIZE = int(sys.argv.pop(1))
    main()
