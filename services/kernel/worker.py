"""The worker process: Faust reads the topics and hands each message to the inbox. The only file that knows Faust."""

import asyncio
import gc
import logging
import os
import threading
from collections.abc import Callable, Coroutine, Generator
from typing import Any

import faust
import uvloop
from faust.transport.drivers import aiokafka as driver

from services.kernel.heartbeat import beat
from services.kernel.inbox import Inbox, Stopped
from services.kernel.kafka_access import credentials, tls
from services.kernel.lanes import Lanes
from services.kernel.settings import settings

log = logging.getLogger(__name__)

IN_HAND = 1024
"""Messages read and not yet acknowledged."""
BEAT_SECONDS = 2.0
FETCH_MILLISECONDS = 100


class PromptThread(driver.AIOKafkaConsumerThread):
    """Faust lets a fetch wait 1.5 s at the broker and has no setting for it.

    Kafka answers as soon as there is something; the embedded broker only now and then within that time.
    """

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_MILLISECONDS
        return consumer


class Begun:
    """The rest of a coroutine that was begun and waits for a future."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], waits_for: Any) -> None:
        self._coroutine, self._waits_for = coroutine, waits_for

    def __await__(self) -> Generator[Any, Any, Any]:
        send: Callable[[Any], Any] = self._coroutine.send
        while True:
            given: Any
            try:
                given = yield self._waits_for
            except BaseException as error:
                send, given = self._coroutine.throw, error
            else:
                send = self._coroutine.send
            try:
                self._waits_for = send(given)
            except StopIteration as end:
                return end.value


class PromptConsumer(driver.Consumer):
    """Faust makes four tasks of each message, to be able to stop while it is handed on, and leads it through a dozen calls.

    What can be handed on at once needs no task, and what is none of ours goes no further.
    """

    transport: "PromptTransport"

    def __init__(self, transport: "PromptTransport", callback: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(transport, self._hand_on, *args, **kwargs)
        self._to_stream = callback

    def _new_consumer_thread(self) -> PromptThread:
        return PromptThread(self, loop=self.loop, beacon=self.beacon)

    async def _hand_on(self, message: Any) -> None:
        if self.transport.ignores(message.value):
            self.ack(message)
        else:
            await self._to_stream(message)

    async def wait_first(self, *coros: Any, timeout: Any = None) -> Any:
        if len(coros) != 2 or self.should_stop:
            return await super().wait_first(*coros, timeout=timeout)
        handing_on, suspended = coros
        try:
            waits_for = handing_on.send(None)
        except BaseException as end:
            suspended.close()
            if isinstance(end, StopIteration):
                return None
            raise
        return await super().wait_first(Begun(handing_on, waits_for), suspended, timeout=timeout)


class PromptTransport(driver.Transport):
    Consumer = PromptConsumer

    ignores: Callable[[bytes], bool]


def make_app(inbox: Inbox, group: str) -> faust.App:
    """A Faust application that reads every topic its handlers name.

    Messages of one aggregate are handled one after the other, those of several side by side (kernel/lanes.py). A message
    is acknowledged when its handling is over; the offset that Faust commits is the last before the first message still
    in hand.
    """
    config = settings()
    datadir = config.state / "faust" / group
    datadir.mkdir(parents=True, exist_ok=True)
    app = faust.App(
        group,
        broker=f"kafka://{config.kafka.replace(',', ';')}",
        broker_credentials=_credentials(),
        datadir=str(datadir),
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        broker_session_timeout=config.session_seconds,
        broker_heartbeat_interval=config.session_seconds / 5,
        # Faust wants a request to be allowed to take longer than a session.
        broker_request_timeout=config.session_seconds + 10,
        broker_commit_interval=2.0,
        broker_max_poll_interval=3600.0,
        stream_wait_empty=False,
    )
    app.transport = transport = PromptTransport(app.conf.broker_consumer, app)
    transport.ignores = inbox.ignores
    topics = sorted({config.topic(event.service()) for event in inbox.handlers})
    channel = app.topic(
        *topics, value_serializer="raw", key_serializer="raw", value_type=bytes, key_type=bytes
    )

    @app.on_partitions_assigned.connect
    async def take_over(*_: Any, **__: Any) -> None:
        inbox.look_again()

    @app.task
    async def sign_of_life() -> None:
        while not app.should_stop:
            beat()
            await asyncio.sleep(BEAT_SECONDS)

    @app.agent(channel, name=group, concurrency=1)
    async def read(stream: Any) -> None:
        loop, room = asyncio.get_running_loop(), asyncio.Semaphore(IN_HAND)

        def acknowledge(events: list[Any]) -> None:
            for event in events:
                event.ack()
                room.release()

        lanes: Lanes[Any] = Lanes(
            config.lanes,
            lambda event: inbox.receive(event.value),
            lambda events: loop.call_soon_threadsafe(acknowledge, events),
        )
        threading.Thread(target=_run, args=(lanes, inbox), name="lanes", daemon=True).start()
        try:
            async for event in stream.noack().events():
                await room.acquire()
                lanes.put(event.key or b"", event)
        finally:
            lanes.end()

    return app


def _run(lanes: Lanes[Any], inbox: Inbox) -> None:
    try:
        lanes.run()
    except Stopped:
        return
    except BaseException:
        if inbox.stop.is_set():
            return  # the event loop may be closed by now; what is in hand is not acknowledged and comes again
        # Nothing but Stopped leaves the inbox; should it happen all the same, the message must not be acknowledged:
        # the process ends, is started again and reads it again.
        log.critical("the inbox failed; this worker ends", exc_info=True)
        os._exit(70)


def _credentials() -> faust.types.auth.CredentialsT | None:
    """What aiokafka is told by Faust; None where brokers are spoken to in the clear and ask for no name."""
    context = tls()
    if settings().kafka_signs_in:
        name, password = credentials()
        return faust.SASLCredentials(
            username=name, password=password, ssl_context=context, mechanism=settings().kafka_mechanism
        )
    return faust.SSLCredentials(context) if context is not None else None


class Worker(faust.Worker):
    """A Faust worker that tells waiting handlers to give up when the process is told to end."""

    def __init__(self, app: faust.App, inbox: Inbox) -> None:
        super().__init__(app, override_logging=False, redirect_stdouts=False, quiet=True)
        self.inbox = inbox
        self.spinner = None

    def _on_sigterm(self) -> None:
        self.inbox.stop.set()
        super()._on_sigterm()

    def _on_sigint(self) -> None:
        self.inbox.stop.set()
        super()._on_sigint()


def run_worker(inbox: Inbox, group: str) -> None:
    # Every message makes thousands of short-lived objects and no cycles: the collector would look at them for nothing.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    Worker(make_app(inbox, group), inbox).execute_from_commandline()
