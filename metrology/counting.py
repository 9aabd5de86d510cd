"""Which of an instrument's results counts: one rule for whoever hears of them, in whatever order."""

from collections.abc import Container, Iterable
from datetime import datetime
from typing import Protocol, TypeVar


class Result(Protocol):
    """What came of a verification: it failed, or a certificate was issued."""

    @property
    def verification_id(self) -> str: ...
    @property
    def verified_at(self) -> datetime: ...
    @property
    def corrects(self) -> str | None: ...
    @property
    def edition(self) -> int:
        """Of its certificate, from 1; 0 for a verification that failed."""

    @property
    def ended(self) -> bool:
        """Whether its certificate was revoked or superseded."""


R = TypeVar("R", bound=Result)


def counting(results: Iterable[R], set_aside: Container[str] = ()) -> R | None:
    """The one that the instrument's status follows from; None when there is none, or all were set aside.

    The later verification counts: passed, its certificate supersedes the earlier ones; failed, it ends them (TT 23/2013
    Art. 20.7c). Of the same moment it is the correction, and of one verification the last edition of its certificate.
    What has ended counts only where nothing else does: the instrument was verified, and nothing proves it any more.

    Args:
        set_aside: verifications of which an authority decided that they do not count.
    """
    return max((each for each in results if each.verification_id not in set_aside), key=_rank, default=None)


def _rank(each: Result) -> tuple[bool, datetime, bool, str, int]:
    return not each.ended, each.verified_at, each.corrects is not None, each.verification_id, each.edition
