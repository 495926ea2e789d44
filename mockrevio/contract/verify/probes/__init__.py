"""The probes, by subject. Importing this package registers them."""

from mockrevio.contract.verify.probes import access, bodies, errors, pages, paths, records, searches, writes
from mockrevio.contract.verify.rules import PROBES

__all__ = ["PROBES", "access", "bodies", "errors", "pages", "paths", "records", "searches", "writes"]
