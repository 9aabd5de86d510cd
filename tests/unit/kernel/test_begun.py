"""What Faust could not hand on at once: a coroutine that was begun goes on as if it never had been interrupted."""

import asyncio
import inspect
from typing import Any

import pytest

from services.kernel.worker import Begun, PromptConsumer


async def first_step(coroutine: Any) -> Begun:
    return Begun(coroutine, coroutine.send(None))


def test_it_goes_on_where_it_waits_and_gives_its_result() -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()
        room, more = loop.create_future(), loop.create_future()

        async def hand_on() -> list[str]:
            return [await room, await more]

        begun = asyncio.ensure_future(await first_step(hand_on()))
        room.set_result("room")
        await asyncio.sleep(0)
        assert not begun.done()
        more.set_result("more")
        assert await begun == ["room", "more"]

    asyncio.run(story())


def test_what_it_waited_for_may_be_there_before_it_goes_on() -> None:
    async def story() -> None:
        room = asyncio.get_running_loop().create_future()

        async def hand_on() -> str:
            return str(await room)

        begun = await first_step(hand_on())
        room.set_result("room")
        assert await begun == "room"

    asyncio.run(story())


def test_it_hears_an_error_and_that_it_is_told_to_stop() -> None:
    async def story() -> None:
        room, never = (asyncio.get_running_loop().create_future() for _ in range(2))
        stopped: list[str] = []

        async def hand_on() -> None:
            with pytest.raises(ValueError, match="no room"):
                await room
            try:
                await never
            except asyncio.CancelledError:
                stopped.append("told")
                raise

        begun = asyncio.ensure_future(await first_step(hand_on()))
        room.set_exception(ValueError("no room"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        begun.cancel()
        with pytest.raises(asyncio.CancelledError):
            await begun
        assert stopped == ["told"]

    asyncio.run(story())


def test_what_cannot_be_handed_on_says_so_and_leaves_nothing_behind() -> None:
    async def hand_on() -> None:
        raise ValueError("no room")

    async def story() -> None:
        suspended = asyncio.sleep(0)
        consumer = PromptConsumer.__new__(PromptConsumer)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(PromptConsumer, "should_stop", False)
            with pytest.raises(ValueError, match="no room"):
                await consumer.wait_first(hand_on(), suspended)
        assert inspect.getcoroutinestate(suspended) == inspect.CORO_CLOSED

    asyncio.run(story())
