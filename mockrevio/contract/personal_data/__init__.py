"""Personal data: which fields hold it, and replacing it consistently by made-up data."""

from mockrevio.contract.personal_data.kinds import Kind, kind_of
from mockrevio.contract.personal_data.pseudonyms import Pseudonyms

__all__ = ["Kind", "Pseudonyms", "kind_of"]
