"""The stop of everything: a file STOP in the home, which a person may as well make, or take away, by hand."""

from __future__ import annotations

from ..places import Places, storage_failed, write_whole

__all__ = ["go_on", "stop_everything"]


def stop_everything(places: Places) -> None:
    """Leave the file, unless there is one. Raises StorageFailed."""
    if not places.is_stopped():
        write_whole(places.stop, b"everything is stopped; to go on: cotemp resume\n")


def go_on(places: Places) -> None:
    """Take the file away, if there is one. Raises StorageFailed."""
    try:
        places.stop.unlink(missing_ok=True)
    except OSError as error:
        raise storage_failed(places.stop, error) from error
