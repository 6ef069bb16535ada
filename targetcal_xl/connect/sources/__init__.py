"""Where data comes from: a file, an address that answers JSON or CSV, or a question to a database."""

from .named import DataSource
from .opening import open_source

__all__ = ["DataSource", "open_source"]
