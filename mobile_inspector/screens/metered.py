"""Whether every byte costs: what the platform knows of the network."""

from __future__ import annotations

from kivy.utils import platform


def is_metered() -> bool:
    """As Android's ConnectivityManager says (ACCESS_NETWORK_STATE); a desktop's network is never metered."""
    if platform != "android":
        return False
    from jnius import autoclass, cast

    activity = autoclass("org.kivy.android.PythonActivity").mActivity
    service = activity.getSystemService(autoclass("android.content.Context").CONNECTIVITY_SERVICE)
    return bool(cast("android.net.ConnectivityManager", service).isActiveNetworkMetered())
