"""Faults of faust-streaming 0.15 and aiokafka 0.14 that lose messages or hang, worked around. Applied once, on import.

The versions are pinned in constraints.txt; each repair names what it repairs, so that it can go when that is mended.
"""

import asyncio
from typing import Any

import mode.worker
from aiokafka.client import AIOKafkaClient
from faust.tables.manager import TableManager
from faust.transport.consumer import Consumer

_original_new_offset = Consumer._new_offset  # noqa: SLF001
_original_metadata_update = AIOKafkaClient._metadata_update  # noqa: SLF001


def _new_offset(self: Any, tp: Any) -> int | None:
    """Never commit past a message that was handed out and is not acknowledged (faust-streaming #606)."""
    lowest = min((m.offset for m in self._unacked_messages if m.tp == tp and not m.acked), default=None)
    acked = self._acked[tp]
    if lowest is None or not acked:
        return _original_new_offset(self, tp)  # type: ignore[no-any-return]
    acked.sort()
    held = [offset for offset in acked if offset > lowest]
    self._acked[tp] = [offset for offset in acked if offset < lowest]
    try:
        return _original_new_offset(self, tp) if self._acked[tp] else None
    finally:
        self._acked[tp].extend(held)


async def _metadata_update(self: Any, *args: Any, **options: Any) -> Any:
    """Pause between metadata requests while no broker answers; without it aiokafka spins."""
    updated = await _original_metadata_update(self, *args, **options)
    if not updated:
        await asyncio.sleep(0.25)
    return updated


async def _start_tables(self: Any) -> None:
    """Start without the fixed second that TableManager sleeps: there are no tables to wait for."""
    if not self.should_stop:
        await self._update_channels()
        await self.recovery.start()


async def _end_at_once(self: Any) -> None:
    """Close the loop without the fixed second that mode sleeps."""


def _apply() -> None:
    Consumer._new_offset = _new_offset  # noqa: SLF001
    AIOKafkaClient._metadata_update = _metadata_update  # noqa: SLF001
    TableManager.on_start = _start_tables
    mode.worker.Worker._sentinel_task = _end_at_once  # noqa: SLF001


_apply()
