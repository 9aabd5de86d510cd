"""Where python-for-android starts the tablet; on a desktop it is `make tablet`."""

from mobile_inspector.__main__ import run

run()
