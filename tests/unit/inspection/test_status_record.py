"""What was found otherwise than it had been left: parts, program, seals."""

from typing import Any

import pytest

from services.inspection.domain.status_record import StatusRecord, differences

LEFT: dict[str, Any] = {
    "parts": [
        {"name": "Bầu lường", "maker": "Tatsuno", "serial": "77"},
        {"name": "Bo mạch", "serial": "IC-9"},
    ],
    "program": {"version": "3.12", "checksum": "A41F"},
    "seals_found": [{"place": "Bầu lường", "number": "BN25-1"}],
    "seals_left": [{"place": "Bầu lường", "number": "BN26-1"}],
}
FOUND = LEFT | {"seals_found": LEFT["seals_left"]}


def found(**changed: Any) -> list[str]:
    return differences(StatusRecord.model_validate(LEFT), StatusRecord.model_validate(FOUND | changed))


def test_what_is_as_it_was_left_is_no_difference() -> None:
    assert found() == []
    assert found(seals_left=[{"place": "Bầu lường", "number": "BN26-7"}]) == []
    assert (
        found(parts=[{"name": "bo  mạch", "serial": "ic-9"}, {**LEFT["parts"][0], "name": "BẦU LƯỜNG"}]) == []
    )


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"parts": LEFT["parts"][:1]}, "Bo mạch: IC-9 → ∅"),
        ({"parts": [*LEFT["parts"], {"name": "Máy in"}]}, "Máy in: ∅ → -"),
        ({"parts": [LEFT["parts"][0], {"name": "Bo mạch", "serial": "IC-10"}]}, "Bo mạch: IC-9 → IC-10"),
        ({"program": None}, "program: 3.12 A41F → ∅"),
        ({"program": {"version": "3.13", "checksum": "B0"}}, "program: 3.12 A41F → 3.13 B0"),
        ({"seals_found": []}, "Bầu lường: BN26-1 → ∅"),
        ({"seals_found": [{"place": "Bầu lường", "number": "X"}]}, "Bầu lường: BN26-1 → X"),
    ],
)
def test_each_difference_is_told(changed: dict[str, Any], told: str) -> None:
    assert found(**changed) == [told]
