"""What goes wrong when something is fetched."""

from __future__ import annotations

from microgradseq.data.errors import DataError


class FetchError(DataError):
    """A fetch that failed: network, server, disk or archive, but not what was asked for."""

    exit_code = 1
