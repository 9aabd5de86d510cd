"""Every screen with something on it, for `make screenshots`: `python -m tests.mobile_screens.tour FOLDER [NAME]`."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kivy.core.window import Window
from kivy.uix.modalview import ModalView

from mobile_inspector.screens.choose_file import ChooseFile
from mobile_inspector.screens.theme import LOOK
from tests.mobile import day
from tests.mobile.pictures import plate
from tests.mobile_screens.finger import HIGH, WIDE, Finger
from tests.mobile_screens.stage import LOT, Stage


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
        [lot] = [visit for visit in app.tablet.visits() if visit.id == LOT]
        app.tablet.visit_book.close(LOT, "partly", "Hai đồng hồ bị ngập nước, hẹn lại tuần sau")
        batch = app.tablet.batches.start(LOT, [item["instrument"]["id"] for item in lot.items[:-2]])
        day.pass_water_meters(batch)
        batch.set(batch.open[2].id, "readings/q3/1/V2", "103,5")
        batch.set(batch.open[5].id, "readings/q3/1/V2", None)
        batch.fit_next_seals("lead_seal", "Vỏ và bộ phận điều chỉnh (kẹp chì)")
        draft.enter("readings/qmax/1/reference")
    drafts = [each for each in app.tablet.resume() if each.instrument["id"] == day.DISPENSER]
    batch = next(app.tablet.batches.open())
    [lot] = [visit for visit in app.tablet.visits() if visit.id == LOT]
    where = {"draft": drafts[0].id}
    places: dict[str, tuple[str, dict[str, Any]]] = {
        "sign-in": ("sign_in", {}), "enrol": ("enrol", {}), "pin": ("pin", {}), "today": ("today", {}),
        "visit": ("visit", {"visit": day.VISIT}), "choose": ("choose", {"visit": LOT}),
        "batch-common": ("batch", {"batch": batch.id}), "batch-grid": ("batch", {"batch": batch.id}),
        "batch-seals": ("batch", {"batch": batch.id}), "batch-sign": ("batch", {"batch": batch.id}),
        "batch-finish": ("finish", {"draft": batch.open[0].id}),
        "recover": ("recover", {}), "found-type": ("found", {"visit": LOT, "like": None}),
        "found": ("found", {"visit": LOT, "like": lot.items[0]["instrument"]["id"]}),
        "visit-ended": ("visit", {"visit": LOT}), "status": ("status", where),
        "past": ("instrument", {"visit": day.VISIT, "instrument": day.SCALE}),
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
        elif name == "found":
            for serial in ("ZN-270001", "ZN-270002"):
                finger.page.serial.text = f"{serial}-{len(app.tablet.work.found_on_site())}"
                finger.page.add()
                finger.rest()
        elif name.startswith("batch") and page == "batch":
            part = {"grid": "readings/q3/1"}.get(name.partition("-")[2], name.partition("-")[2])
            finger.page.go_to(part)
            finger.rest()
            if name == "batch-grid":
                finger.page.select(finger.page.found.ids[3], "readings/q3/1/V2")
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


def main(folder: Path, only: str = "") -> None:
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
        stage.many_meters(50)
        stage.past()
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
                        if only and not name.startswith(only):
                            continue
                        finger.picture(folder / f"{name}-{shape}-{language}-{theme}.png")
        finger.leave()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    main(target, *sys.argv[2:3])
