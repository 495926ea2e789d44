"""The probes, by subject. Importing this package registers them."""

from mockrevio.contract.verify.probes import access, bodies, errors, paths, records, searches, writes
from mockrevio.contract.verify.rules import PROBES, Probe

__all__ = ["PROBES", "Probe", "access", "bodies", "errors", "paths", "records", "searches", "writes"]
