"""Where photographs come from: the camera app on Android, a chosen file on a desktop; tests bring their own."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kivy.clock import Clock
from kivy.utils import platform

from mobile_inspector.core import Refused

from .choose_file import ChooseFile

if TYPE_CHECKING:
    from .app import InspectorApp

AUTHORITY, FOLDER = ".camera", "camera"  # as in deploy/tablet/android
REQUEST = 0x5645  # by which Android tells this answer from others
Taken = Callable[[bytes], Any]


class Camera(Protocol):
    """`take` returns at once; `taken` hears the picture, in front, or nothing if the inspector thinks better of it."""

    def take(self, purpose: str, taken: Taken) -> None:
        """`purpose` says what the picture is for, should the app be ended while the camera is open.

        Raises Refused camera-missing.
        """
        ...

    def left(self) -> Iterator[tuple[str, bytes]]:
        """Pictures taken while the app was ended, each with its purpose; one is gone when the next is asked for."""
        ...


def camera_of(app: InspectorApp) -> Camera:
    return AndroidCamera() if platform == "android" else PictureFile(app)


class PictureFile:
    """A desktop has no camera app: a picture is chosen."""

    def __init__(self, app: InspectorApp) -> None:
        self._app = app

    def take(self, purpose: str, taken: Taken) -> None:
        def chosen(file: Path) -> None:
            self._app.background.run(file.read_bytes, taken)

        ChooseFile(self._app, chosen).open()

    def left(self) -> Iterator[tuple[str, bytes]]:
        return iter(())


class AndroidCamera:
    """Asks the camera app for one picture (ACTION_IMAGE_CAPTURE) and hands it a place in this app's own cache.

    Plyer's camera hands over a file:// address, which Android refuses since API 24.  The folder is closed to other apps;
    the picture lies there plain until it is read, which is at once, or, if Android ended this app meanwhile, by `left`.
    """

    def __init__(self) -> None:
        from jnius import autoclass

        self._activity = autoclass("org.kivy.android.PythonActivity").mActivity
        self._folder = Path(self._activity.getCacheDir().getAbsolutePath()) / FOLDER
        self._folder.mkdir(mode=0o700, exist_ok=True)

    def take(self, purpose: str, taken: Taken) -> None:
        from android import activity
        from jnius import JavaException, autoclass, cast

        file = self._folder / f"{purpose}.{uuid.uuid4().hex}.jpg"
        intent, media = autoclass("android.content.Intent"), autoclass("android.provider.MediaStore")
        place = autoclass("androidx.core.content.FileProvider").getUriForFile(
            self._activity, self._activity.getPackageName() + AUTHORITY, autoclass("java.io.File")(str(file))
        )
        ask = intent(media.ACTION_IMAGE_CAPTURE)
        ask.putExtra(media.EXTRA_OUTPUT, cast("android.os.Parcelable", place))
        ask.addFlags(intent.FLAG_GRANT_WRITE_URI_PERMISSION | intent.FLAG_GRANT_READ_URI_PERMISSION)

        def answered(request: int, result: int, data: Any) -> None:
            if request == REQUEST:
                activity.unbind(on_activity_result=answered)
                Clock.schedule_once(lambda _: self._hear(file, taken))  # Android calls in a thread of its own

        activity.bind(on_activity_result=answered)
        try:
            self._activity.startActivityForResult(ask, REQUEST)
        except JavaException as error:  # ActivityNotFoundException
            activity.unbind(on_activity_result=answered)
            raise Refused("camera-missing") from error

    def left(self) -> Iterator[tuple[str, bytes]]:
        for file in sorted(self._folder.iterdir()):
            if file.stat().st_size:
                yield file.name.rpartition(".jpg")[0].rpartition(".")[0], file.read_bytes()
            file.unlink()

    def _hear(self, file: Path, taken: Taken) -> None:
        content = file.read_bytes() if file.exists() else b""
        file.unlink(missing_ok=True)
        if content:
            taken(content)
