"""When a notice of a due verification is due itself: the leads, from 60 days ahead to overdue."""

from datetime import date, timedelta

from services.scheduling.events import Lead

AHEAD: dict[Lead, int] = {"60": 60, "30": 30, "15": 15, "7": 7, "0": 0, "overdue": -1}
"""Days between the day of a lead and the due day, most distant first."""

LEADS: tuple[Lead, ...] = tuple(AHEAD)


def day_of(lead: Lead, due_on: date) -> date:
    """The first day on which this lead is true."""
    return due_on - timedelta(days=AHEAD[lead])


def reached(due_on: date, today: date) -> Lead | None:
    """The most urgent lead whose day has come; None while the due day is more than 60 days away."""
    come = [lead for lead in LEADS if day_of(lead, due_on) <= today]
    return come[-1] if come else None


def after(lead: Lead | None) -> Lead | None:
    """The lead to be said next; the first when none was said, None after the last."""
    if lead is None:
        return LEADS[0]
    place = LEADS.index(lead) + 1
    return LEADS[place] if place < len(LEADS) else None
