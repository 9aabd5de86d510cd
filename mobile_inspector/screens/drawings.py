"""Plain drawings of instruments, for pointing at the place of a seal: data only.

Points and shapes lie in a square, 0 to 1 from the lower left.  The names of the places are those of the procedures' `marks`
(metrology/data/procedures); `seal_places` uses a drawing only where the procedure names every one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]
Spot = tuple[str, str, str, Point]  # the mark's kind, its place in Vietnamese and English, where it is drawn


@dataclass(frozen=True, slots=True)
class Drawing:
    """Outlines (`box`: x, y, width, height; `round`: middle and radius; `line`: points) and the places on them."""

    shapes: Sequence[tuple[str, Sequence[float]]]
    spots: Sequence[Spot]


DISPENSER = (
    ("box", (0.2, 0.04, 0.6, 0.92)), ("box", (0.28, 0.68, 0.44, 0.2)), ("line", (0.2, 0.62, 0.8, 0.62)),
    ("round", (0.42, 0.24, 0.12)), ("box", (0.36, 0.42, 0.12, 0.08)), ("line", (0.42, 0.36, 0.42, 0.42)),
    ("round", (0.64, 0.24, 0.05)), ("line", (0.54, 0.24, 0.59, 0.24)),
    ("line", (0.8, 0.56, 0.93, 0.56, 0.93, 0.12, 0.86, 0.06)),
)  # fmt: skip
METER_FACE = (("round", (0.5, 0.5, 0.32)), ("round", (0.5, 0.5, 0.22)), ("line", (0.5, 0.5, 0.62, 0.62)))
DRAWINGS = (
    Drawing(DISPENSER, (
        ("seal", "Cơ cấu chỉ thị", "Indicator", (0.5, 0.78)),
        ("seal", "Cảm biến", "Pulser", (0.42, 0.46)),
        ("seal", "Bộ phận đo", "Meter", (0.42, 0.24)),
        ("seal", "Bộ điều chỉnh", "Adjuster", (0.64, 0.24)),
        ("stamp", "Mặt trước cột đo", "Front of the dispenser", (0.68, 0.55)),
    )),
    Drawing(DISPENSER, (
        ("seal", "Cơ cấu chỉ thị", "Indicator", (0.5, 0.78)),
        ("seal", "Cảm biến nhiệt độ", "Temperature sensor", (0.64, 0.24)),
        ("seal", "Bộ phận đo", "Meter", (0.42, 0.24)),
        ("stamp", "Mặt trước cột đo", "Front of the dispenser", (0.68, 0.55)),
    )),
    Drawing((
        ("box", (0.12, 0.48, 0.76, 0.08)), ("box", (0.18, 0.14, 0.64, 0.34)), ("box", (0.3, 0.26, 0.22, 0.14)),
        ("line", (0.3, 0.56, 0.3, 0.66)), ("line", (0.7, 0.56, 0.7, 0.66)), ("line", (0.22, 0.66, 0.78, 0.66)),
        ("box", (0.6, 0.2, 0.12, 0.08)),
    ), (
        ("seal", "Vị trí điều chỉnh", "Adjustment", (0.66, 0.24)),
        ("seal", "Hộp nối", "Junction box", (0.3, 0.52)),
        ("seal", "Bảng mạch chính", "Main board", (0.41, 0.33)),
        ("stamp", "Vỏ cân, cạnh nhãn", "Case, beside the nameplate", (0.76, 0.4)),
    )),
    Drawing((
        ("box", (0.05, 0.42, 0.6, 0.1)), ("box", (0.1, 0.3, 0.08, 0.12)), ("box", (0.5, 0.3, 0.08, 0.12)),
        ("line", (0, 0.3, 0.7, 0.3)), ("box", (0.74, 0.5, 0.2, 0.18)), ("line", (0.58, 0.36, 0.84, 0.36, 0.84, 0.5)),
    ), (
        ("seal", "Hộp nối loadcell", "Junction boxes", (0.54, 0.36)),
        ("seal", "Đầu đọc", "Indicator", (0.84, 0.62)),
        ("stamp", "Đầu đọc", "Indicator", (0.84, 0.54)),
    )),
    Drawing((
        ("box", (0.24, 0.08, 0.52, 0.84)), ("box", (0.3, 0.44, 0.4, 0.42)), ("box", (0.34, 0.62, 0.32, 0.12)),
        ("line", (0.24, 0.26, 0.76, 0.26)), ("round", (0.5, 0.17, 0.025)),
    ), (
        ("seal", "Nắp công tơ", "Meter cover", (0.5, 0.35)),
        ("stamp", "Mặt công tơ", "Face of the meter", (0.5, 0.55)),
    )),
    Drawing((
        *METER_FACE, ("line", (0.1, 0.4, 0.19, 0.4)), ("line", (0.81, 0.4, 0.9, 0.4)), ("line", (0.1, 0.26, 0.28, 0.26)),
        ("line", (0.72, 0.26, 0.9, 0.26)), ("round", (0.5, 0.14, 0.04)),
    ), (
        ("seal", "Vỏ", "Casing", (0.24, 0.64)),
        ("seal", "Bộ phận điều chỉnh", "Adjuster", (0.5, 0.14)),
        ("stamp", "Mặt đồng hồ", "Face of the meter", (0.5, 0.6)),
    )),
    Drawing((
        ("box", (0.1, 0.5, 0.5, 0.3)), ("box", (0.16, 0.6, 0.28, 0.12)), ("round", (0.78, 0.24, 0.1)),
        ("line", (0.35, 0.5, 0.35, 0.24, 0.68, 0.24)), ("box", (0.3, 0.4, 0.1, 0.06)),
    ), (
        ("seal", "Vỏ taximet", "Case", (0.56, 0.76)),
        ("seal", "Cảm biến", "Sensor", (0.78, 0.24)),
        ("seal", "Đầu nối", "Connector", (0.35, 0.43)),
        ("stamp", "Mặt trước taximet", "Front of the taximeter", (0.3, 0.66)),
    )),
    Drawing((*METER_FACE, ("box", (0.45, 0.04, 0.1, 0.14))), (
        ("seal", "Nắp áp kế", "Cover", (0.76, 0.68)),
        ("stamp", "Mặt áp kế", "Face of the gauge", (0.5, 0.4)),
    )),
    Drawing((
        *METER_FACE, ("line", (0.2, 0.92, 0.8, 0.92)), ("line", (0.5, 0.82, 0.5, 0.92)), ("round", (0.5, 0.86, 0.03)),
    ), (
        ("seal", "Vít mặt số", "Dial", (0.5, 0.36)),
        ("seal", "Vít điều chỉnh", "Adjustment screws", (0.5, 0.86)),
        ("stamp", "Mặt số", "Dial", (0.36, 0.6)),
    )),
)  # fmt: skip
