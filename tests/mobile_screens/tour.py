"""Every screen with something on it, for `make screenshots`: `python -m tests.mobile_screens.tour FOLDER`."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kivy.core.window import Window
from kivy.uix.modalview import ModalView

from mobile_inspector.screens.choose_file import ChooseFile
from mobile_inspector.screens.theme import LOOK
from tests.mobile import day
from tests.mobile.pictures import plate
from tests.mobile_screens.finger import HIGH, WIDE, Finger
from tests.mobile_screens.stage import Stage


def stops(finger: Finger) -> Iterator[str]:
    """Goes to each screen in turn, whatever the language, and says which it is."""
    app = finger.app
    drafts = app.tablet.resume()
    if not drafts:
        app.tablet.network.metered = True
        draft = app.tablet.start(day.VISIT, day.DISPENSER)
        day.answer_checks(draft)
        draft.set_reading("qmax", "indication", "20,00", 1)
        draft.set_reading("qmax", "reference", "20,10", 1)
        draft.seals.affix("BN26-000120", "Bộ phận đo")
        draft.seals.remove("BN25-000410", "Bộ đo")
        measure = app.tablet.budget.measure
        draft.seals.show("BN26-000120", "lead_seal", draft.paper.photograph(
            plate("BN26-000120"), measure, "seal", "BN26-000120 Bộ phận đo"
        ))  # fmt: skip
        draft.paper.photograph(plate("TATSUNO Sunny XE", "No. TS-cot-do-01", "Q 5-50 L/min"), measure)
        draft.paper.note_mismatch("seal_broken", "Dây chì bộ đo đã đứt")
        draft.paper.show_mismatch(
            0, draft.paper.photograph(plate("BN25-0004"), measure, "photo", "Dây chì bộ đo đã đứt")
        )
        scale = app.tablet.start(day.VISIT, day.SCALE)
        day.answer_checks(scale)
        scale.set_note("Khách hàng dừng kiểm định giữa chừng")
        scale.paper.photograph(plate("NHON HOA", "Max 15 kg", "e 5 g"), measure)
        scale.paper.photograph(plate("15,005 kg"), measure, "status", "Số chỉ khi dừng")
        scale.finish()
        drafts = [draft]
    where = {"draft": drafts[0].id}
    places = {
        "sign-in": ("sign_in", {}), "enrol": ("enrol", {}), "pin": ("pin", {}), "today": ("today", {}),
        "visit": ("visit", {"visit": day.VISIT}),
        "instrument": ("instrument", {"visit": day.VISIT, "instrument": day.DISPENSER}),
        "verify": ("verify", where), "standards": ("verify", where), "photos": ("verify", where),
        "photo": ("verify", where), "seals": ("seals", where), "places": ("seals", where),
        "finish": ("finish", where), "outbox": ("outbox", {}), "outbox-photo": ("outbox", {}),
        "data-use": ("outbox", {}), "search": ("search", {}),
        "choose-file": ("enrol", {}),
    }  # fmt: skip
    for name, (page, arguments) in places.items():
        app.tell("")
        app.start_at(("today", {}), (page, arguments))
        finger.rest()
        if name == "verify":
            finger.page.select("readings/qmax/1/reference")
        elif name == "standards":
            finger.page.select("standards")
        elif name in ("photos", "photo"):
            finger.page.select("photos")
            finger.rest(8)
            if name == "photo":
                finger.find("phương tiện đo" if app.language == "vi" else "instrument").on_release()
        elif name == "places":
            finger.page.switch()
        elif name == "search":
            finger.page.query.text = "tram xang"
        elif name == "outbox":
            finger.page.choose(app.tablet.outbox()[0].id)
        elif name == "outbox-photo":
            finger.page.choose(app.tablet.outbox_attachments()[0].sha256)
        elif name == "data-use":
            finger.page.settings()
        elif name == "choose-file":
            ChooseFile.folder = Path(__file__).parents[1]
            finger.page.scan()
            finger.rest()
            finger.widgets()[0].go(Path(__file__).parent)
        finger.rest(8)
        yield name
        for sheet in [child for child in Window.children if isinstance(child, ModalView)]:
            sheet.dismiss(animation=False)


def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as directory:
        stage = Stage(Path(directory))
        long = (
            "Công ty trách nhiệm hữu hạn một thành viên Thương mại và Dịch vụ Xăng dầu Phượng Hoàng Kinh Bắc"
        )
        other = day.visit("visit-02", day.dispenser(id="cot-do-09", valid_until="2026-02-28"))
        other["starts_at"], other["ends_at"] = "2026-03-05T06:30:00.000Z", "2026-03-05T09:00:00.000Z"
        other["enterprise"] = {**other["enterprise"], "name": long}
        other["site"] = {**other["site"], "name": "Cửa hàng xăng dầu Phượng Hoàng số 12 khu công nghiệp Quế Võ",
                         "latitude": 21.18, "longitude": 106.07}  # fmt: skip
        stage.server.publish(visits=[other])
        finger = stage.working()
        for size, shape in ((WIDE, "wide"), (HIGH, "high")):
            finger.turn(size)
            for language in ("vi", "en"):
                for theme in ("light", "dark"):
                    if finger.app.language != language:
                        finger.app.switch_language()
                    if LOOK.dark != (theme == "dark"):
                        finger.app.switch_theme()
                    for name in stops(finger):
                        finger.picture(folder / f"{name}-{shape}-{language}-{theme}.png")
        finger.leave()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    main(target)
