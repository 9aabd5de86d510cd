"""Called by python-for-android (`p4a.hook`): lets the camera app write one picture into a folder of ours (FileProvider).

Neither a released python-for-android nor buildozer can add an element inside <application>; later ones have
`--extra-manifest-application-xml` for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

PROVIDER = """<provider
            android:name="androidx.core.content.FileProvider"
            android:authorities="${applicationId}.camera"
            android:exported="false"
            android:grantUriPermissions="true">
            <meta-data
                android:name="android.support.FILE_PROVIDER_PATHS"
                android:resource="@xml/camera_paths" />
        </provider>
    """
END = "</application>"


def with_provider(manifest: str) -> str:
    """The manifest with the provider in it, once.  Raises ValueError for a text that is no manifest of one application."""
    if PROVIDER in manifest:
        return manifest
    before, found, after = manifest.partition(END)
    if not found or END in after:
        raise ValueError("AndroidManifest.xml has no place for the camera's FileProvider")
    return f"{before}    {PROVIDER}{found}{after}"


def after_apk_build(toolchain: Any) -> None:
    """When the manifest is written and before Gradle reads it; a package without the provider must not come to be."""
    file = Path(toolchain._dist.dist_dir) / "src" / "main" / "AndroidManifest.xml"
    file.write_text(with_provider(file.read_text(encoding="utf-8")), encoding="utf-8")
