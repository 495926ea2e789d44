"""Personal data: which fields hold it, and replacing it consistently by made-up data."""

from mockrevio.contract.personal_data.handling import KeptPersonalData, PersonalData
from mockrevio.contract.personal_data.kinds import Kind, kind_of
from mockrevio.contract.personal_data.pseudonyms import Pseudonyms

__all__ = ["KeptPersonalData", "Kind", "PersonalData", "Pseudonyms", "kind_of"]
