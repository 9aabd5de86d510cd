"""How long a certificate takes: QR, typesetting, signing, and all of it; `python -m bench.certificates [COUNT]`."""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bench.stage import median
from deploy.local.secrets import development_secrets
from services.inspection.domain.certificate import Certificate
from services.inspection.domain.particulars import Particulars, Words, characteristics, method
from services.inspection.office import office

PROCEDURE = {"id": "fuel-dispenser", "version": "2017"}
MADE = datetime(2026, 3, 5, 2, 40, tzinfo=UTC)


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        secrets = development_secrets(Path(folder))
        os.environ["VERNIER_OFFICE_KEY_FILE"] = str(secrets.office_key_file)
        os.environ["VERNIER_OFFICE_CERTIFICATE_FILE"] = str(secrets.office_certificate_file)
        os.environ["VERNIER_STATEMENT_KEY_FILE"] = str(secrets.statement_key_file)
        office.cache_clear()
        _measure(count)


def _measure(count: int) -> None:
    from services.inspection import documents
    from services.inspection.printing import press, qr_svg
    from services.inspection.signing import sign

    told = particulars()
    data = documents.certificate_data(certificate(0), told, None, MADE)
    address = documents.check_address(documents.statement_of(certificate(0)))
    qr = qr_svg(address)
    printed = press("certificate").print(data, MADE, qr=qr)
    steps: dict[str, Callable[[int], Any]] = {
        "statement signed (Ed25519)": lambda n: documents.statement_of(certificate(n)),
        "QR drawn": lambda n: qr_svg(f"{address}{n}"),
        "typeset to PDF/A, QR known": lambda n: press("certificate").print(
            {**data, "number": f"{n}"}, MADE, qr=qr
        ),
        "QR and typesetting": lambda n: press("certificate").print(
            {**data, "number": f"{n}"}, MADE, qr=qr_svg(f"{address}-{n}")
        ),
        "PAdES signature (P-256 file)": lambda n: sign(printed, f"{n}"),
        "the whole certificate": lambda n: documents.certificate_pdf(certificate(n), told, None, MADE),
    }
    load = f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"{'':<32}{'median':>9}{'p95':>9}{'CPU':>9}   ms, {count} times, load {load}")
    for name, step in steps.items():
        seconds, cpu = [], time.process_time()
        for n in range(count):
            began = time.perf_counter()
            step(n)
            seconds.append(time.perf_counter() - began)
        spent = (time.process_time() - cpu) / count
        late = sorted(seconds)[int(count * 0.95)]
        print(f"{name:<32}{median(seconds) * 1e3:>9.1f}{late * 1e3:>9.1f}{spent * 1e3:>9.1f}")
    size = len(documents.certificate_pdf(certificate(0), told, None, MADE))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"one certificate is {size / 1024:.0f} KB; the process took at most {peak} MB")


def certificate(sequence: int) -> Certificate:
    return Certificate.model_validate(
        {
            "id": f"c{sequence}",
            "number": f"{sequence:05d}/2026/BN-KĐ",
            "series": "BN/2026",
            "sequence": sequence,
            "verification_id": f"v{sequence}",
            "instrument_id": "i1",
            "enterprise_id": "e1",
            "site_id": "p1",
            "inspector_id": "k1",
            "type_code": "19",
            "maker": "Tatsuno",
            "country": "JP",
            "model": "Sunny XE",
            "serial": f"TS-2024-{sequence:05d}",
            "characteristics": {},
            "procedure": PROCEDURE,
            "regime": "periodic",
            "verified_at": MADE,
            "verified_on": date(2026, 3, 5),
            "valid_until": date(2027, 3, 31),
            "seals_affixed": [{"number": "BN26-000123", "kind": "lead_seal", "place": "Bộ đo dung tích"}],
            "issued_at": MADE,
            "touched_at": MADE,
        }
    )


def particulars() -> Particulars:
    told = {"Qmax": {"value": "50", "unit": "L/min"}, "Qmin": {"value": "5", "unit": "L/min"}}
    return Particulars(
        type_name=Words(vi="Cột đo xăng dầu", en="Fuel dispenser"),
        year=2024,
        enterprise_name="Công ty TNHH Xăng dầu Hoàng Long",
        enterprise_address="Số 12 đường Lý Thái Tổ, phường Bắc Giang",
        site_name="Trạm xăng số 3",
        site_address="Quốc lộ 1A, phường Bắc Giang",
        inspector_name="Trần Văn Bình",
        inspector_card="KĐV-0186-01",
        method=method(PROCEDURE),
        characteristics=list(characteristics(PROCEDURE, told)),
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
