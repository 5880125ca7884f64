"""Who gets a slot when."""

import asyncio

from pipeline.stages.slots import PrioritySlots


def test_lower_ranks_go_first_and_equals_in_order() -> None:
    async def scenario() -> list[str]:
        slots, served = PrioritySlots(1), []

        async def work(name: str, rank: int) -> None:
            async with slots.slot(rank):
                served.append(name)
                await asyncio.sleep(0)

        async with slots.slot(1):
            tasks = [asyncio.create_task(work(n, r)) for n, r in [("b1", 1), ("b2", 1), ("l1", 0), ("l2", 0)]]
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)
        return served

    assert asyncio.run(scenario()) == ["l1", "l2", "b1", "b2"]


def test_no_more_than_its_size_at_once() -> None:
    async def scenario() -> int:
        slots, inside, most = PrioritySlots(3), 0, 0

        async def work() -> None:
            nonlocal inside, most
            async with slots.slot(0):
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                inside -= 1

        await asyncio.gather(*(work() for _ in range(20)))
        return most

    assert asyncio.run(scenario()) == 3


def test_a_cancelled_waiter_costs_no_slot() -> None:
    async def scenario() -> None:
        slots = PrioritySlots(1)

        async def work() -> None:
            async with slots.slot(0):
                pass

        async with slots.slot(0):
            waiting, granted = asyncio.create_task(work()), asyncio.create_task(work())
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.sleep(0)
        granted.cancel()  # in the moment between being given the slot and running
        await asyncio.gather(waiting, granted, return_exceptions=True)
        await asyncio.wait_for(work(), timeout=1)

    asyncio.run(scenario())
