"""Stores a world's data: TinyDB tables in memory, a write-ahead log, and a data file that people can read."""

from mockrevio.storage.data_folder import is_mockrevio_file, require_data_file
from mockrevio.storage.database import LiveDatabase, open_database
from mockrevio.storage.datafile import Tables
from mockrevio.storage.files import fsync_folder
from mockrevio.storage.image import Image
from mockrevio.storage.indexes import KeyFunction
from mockrevio.storage.lock import FolderLock
from mockrevio.storage.selections import Selection
from mockrevio.storage.tables import Change, LiveTable

__all__ = [
    "Change",
    "FolderLock",
    "Image",
    "KeyFunction",
    "LiveDatabase",
    "LiveTable",
    "Selection",
    "Tables",
    "fsync_folder",
    "is_mockrevio_file",
    "open_database",
    "require_data_file",
]
