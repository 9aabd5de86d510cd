"""A notice becomes a letter: its matters joined with the names known now, in the language of the enterprise."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from html import escape
from typing import Any

from services.kernel.model import Fact, today
from services.notifications.notice import Notice
from services.notifications.register import Enterprise, Instrument, Language
from services.notifications.storage import enterprises, inspectors, instrument_types, instruments, sites
from services.notifications.texts import Texts, texts


class Missing(Exception):
    """A name is not known here yet; an event that is on its way will bring it."""


class Letter(Fact):
    enterprise: str
    contact: str
    address: str | None
    language: Language
    office: str
    subject: str
    text: str
    html: str


class Names:
    """What letters name. Each is read once, however many letters and lines name it: for one round of the sender."""

    def __init__(self) -> None:
        self.enterprise, self.site = cache(enterprises.find), cache(sites.find)
        self.inspector, self.instrument_type = cache(inspectors.find), cache(instrument_types.find)
        self._instruments: dict[str, Instrument | None] = {}

    def read(self, instrument_ids: Iterable[str]) -> None:
        """Those of a whole letter in one question."""
        if unread := {*instrument_ids} - self._instruments.keys():
            found = {each.id: each for each in instruments.find_each(*unread)}
            self._instruments |= {id: found.get(id) for id in unread}

    def instrument(self, id: str) -> Instrument | None:
        """Of those that were read."""
        return self._instruments[id]


def letter(notice: Notice, names: Names, *, patient: bool) -> Letter:
    """The letter as it would be sent now. Raises Missing; when not `patient`, only if the enterprise is unknown."""
    enterprise = names.enterprise(notice.enterprise_id)
    if enterprise is None:
        raise Missing(f"enterprise {notice.enterprise_id} is not known yet")
    words = _Words(texts(enterprise.language), enterprise.language, names, patient=patient)
    told = _told(notice)
    data = notice.matters[0].data if _is_visit(notice) else told[0]
    names.read(each["instrument_id"] for each in told if not _names_itself(each))
    rows = [words.of(row) for row in told]
    values = {
        **words.of(data),
        "count": str(len(rows)),
        "contact_name": enterprise.contact_name,
        "enterprise_name": enterprise.name,
        "notice_id": notice.id,
    }
    return _write(words.texts, _pattern(notice.topic, data, rows, words.texts), enterprise, values, rows)


def _pattern(topic: str, data: Mapping[str, Any], rows: list[dict[str, str]], catalogue: Texts) -> str:
    """Which letter of the catalogue it is; several are told of in another one, where there is one."""
    pattern = f"{topic}_{data['lead']}" if "lead" in data else topic
    several = f"{pattern}_several"
    return several if len(rows) > 1 and several in catalogue.letters else pattern


def _is_visit(notice: Notice) -> bool:
    return "items" in notice.matters[0].data


def _told(notice: Notice) -> list[Mapping[str, Any]]:
    """What has a line each: the items of a visit, or instruments, of which a later word takes the place of an earlier one.

    But no certificate takes the place of another: both were given, and what is in force is not for a letter to judge.
    """
    if _is_visit(notice):
        return list(notice.matters[0].data["items"])
    told = {(each.data["instrument_id"], each.data.get("number", "")): each.data for each in notice.matters}
    return sorted(
        told.values(), key=lambda row: (row.get("due_on", ""), row["serial"], row.get("number", ""))
    )


def _names_itself(data: Mapping[str, Any]) -> bool:
    return all(data.get(name) for name in ("type_code", "serial", "site_id"))


class _Words:
    """The facts of an event as words."""

    def __init__(self, texts: Texts, language: Language, names: Names, *, patient: bool) -> None:
        self.texts, self.language, self.names, self.patient = texts, language, names, patient

    def of(self, data: Mapping[str, Any]) -> dict[str, str]:
        words = {name: data[name] for name in ("number", "reason") if name in data}
        for name in ("due_on", "verified_on", "valid_until"):
            if name in data:
                words[name] = (
                    self.texts.day(date.fromisoformat(data[name])) if data[name] else self.texts.no_end
                )
        if gates := [self.texts.gates[each] for each in data.get("withheld", ()) if each in self.texts.gates]:
            words["reason"] = "; ".join(gates)
        if "regime" in data:
            words["regime"] = self.texts.regimes[data["regime"]]
        if "starts_at" in data:
            window = (datetime.fromisoformat(data[name]) for name in ("starts_at", "ends_at"))
            words["window"] = self.texts.window(*window)
        if "previous_starts_at" in data:
            words["previous_start"] = self.texts.instant(datetime.fromisoformat(data["previous_starts_at"]))
        if "starts_at" in data and "inspector_id" in data:
            inspector = self.names.inspector(data["inspector_id"])
            words["inspector_name"] = (
                inspector.name if inspector else self._unknown("inspector", data["inspector_id"])
            )
        site_id = data.get("site_id")
        if "instrument_id" in data:
            instrument = None if _names_itself(data) else self.names.instrument(data["instrument_id"])
            code = data.get("type_code") or (instrument.type_code if instrument else None)
            words["type_name"] = (
                self._type(code) if code else self._unknown("instrument", data["instrument_id"])
            )
            serial = data.get("serial") or (instrument.serial if instrument else None)
            words["serial"] = serial or self.texts.unknown
            site_id = site_id or (instrument.site_id if instrument else None)
        site = self.names.site(site_id) if site_id else None
        if site is None and ("starts_at" in data or "serial" in data):
            self._unknown("site", str(site_id))
        words["site_name"] = site.name if site else self.texts.unknown
        words["site_address"] = f"{site.address}, {site.ward_name}" if site else self.texts.unknown
        return words

    def _type(self, code: str) -> str:
        kind = self.names.instrument_type(code)
        return kind.name(self.language, today()) if kind else self._unknown("instrument type", code)

    def _unknown(self, what: str, id: str) -> str:
        if self.patient:
            raise Missing(f"{what} {id} is not known yet")
        return self.texts.unknown


def _write(
    catalogue: Texts, pattern: str, enterprise: Enterprise, values: dict[str, str], rows: list[dict[str, str]]
) -> Letter:
    form = catalogue.letters[pattern]
    lines = [form.row.format(**row) for row in rows] if form.row else []
    before = [catalogue.greeting.format(**values), *(each.format(**values) for each in form.before)]
    after = [*(each.format(**values) for each in form.after), f"{catalogue.closing}\n{catalogue.office}"]
    footer = catalogue.footer.format(**values)
    listed = ["\n".join(f"- {line}" for line in lines)] if lines else []
    text = "\n\n".join([*before, *listed, *after, f"-- \n{footer}"]) + "\n"
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    body = "".join(
        [
            *map(_paragraph, before),
            f"<ul>{items}</ul>" if items else "",
            *map(_paragraph, after),
            f"<hr><p><small>{escape(footer)}</small></p>",
        ]
    )
    subject = form.subject.format(**values)
    head = f'<meta charset="utf-8"><title>{escape(subject)}</title>'
    return Letter(
        enterprise=enterprise.name,
        contact=enterprise.contact_name,
        address=enterprise.contact_email,
        language=enterprise.language,
        office=catalogue.office,
        subject=subject,
        text=text,
        html=f'<!DOCTYPE html><html lang="{enterprise.language}"><head>{head}</head><body>{body}</body></html>',
    )


def _paragraph(text: str) -> str:
    return f"<p>{escape(text).replace(chr(10), '<br>')}</p>"
