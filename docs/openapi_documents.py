"""Write the documents in `openapi/`: `make tables`.

They come from the tables in the code, as `mockrevio openapi` prints them, so that a change of the API shows
in a review. With `--check`, nothing is written and a stale document is an error.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from mockrevio.openapi.admin.document import admin_document
from mockrevio.openapi.encoding import encode
from mockrevio.openapi.postman import collection
from mockrevio.openapi.revio import revio_document

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "openapi"


def documents() -> Mapping[str, bytes]:
    """The documents as they should be, by the names of their files."""
    revio = revio_document()
    return {
        "revio.json": encode(revio),
        "admin.json": encode(admin_document()),
        "revio.postman_collection.json": encode(collection(revio)),
    }


def main() -> int:
    """Update the documents, or with `--check` only report those that are stale."""
    check = "--check" in sys.argv[1:]
    stale = []
    for name, data in documents().items():
        path = FOLDER / name
        if not path.exists() or path.read_bytes() != data:
            stale.append(path)
            if not check:
                path.write_bytes(data)
    for path in stale:
        print(f"{path.relative_to(ROOT)}: {'stale; run make tables' if check else 'updated'}")
    return 1 if stale and check else 0


if __name__ == "__main__":
    sys.exit(main())
