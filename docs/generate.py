"""`python -m docs.generate [--check]`: writes docs/events.md, AsyncAPI, OpenAPI and event schemas from the code."""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def documents() -> dict[str, str]:
    """Every generated file under docs/ with its text. The same code gives the same bytes."""
    from docs.generator.asyncapi import asyncapi
    from docs.generator.contract import published
    from docs.generator.events_page import events_page
    from docs.generator.openapi import openapi
    from docs.generator.schema import data_schema

    events = published()
    return {
        "events.md": events_page(events),
        "asyncapi.json": _json(asyncapi(events)),
        **{f"openapi/{name}.json": _json(document) for name, document in openapi().items()},
        **{f"schemas/{each.type}.json": _json(data_schema(each.event)) for each in events},
    }


def broken_promises(wanted: dict[str, str]) -> list[str]:
    """What the code would break of the event schemas that are written down."""
    from docs.generator.compatibility import breaks

    found: list[str] = []
    for file in sorted((HERE / "schemas").glob("*.json")):
        type = file.name.removesuffix(".json")
        new = wanted.get(f"schemas/{file.name}")
        if new is None:
            found.append(f"{type}: no service publishes it any more")
        else:
            found += [f"{type}: {each}" for each in breaks(json.loads(file.read_text()), json.loads(new))]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m docs.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file has drifted")
    check = parser.parse_args().check
    for name in [name for name in os.environ if name.startswith("VERNIER_")]:
        del os.environ[name]  # the documents describe the code, not the settings of whoever writes them
    wanted = documents()
    if broken := broken_promises(wanted):
        print(
            "An event that was published must stay what it is. Make a new type and emit both:",
            *broken,
            sep="\n  ",
        )
        return 1
    drifted = [name for name, text in wanted.items() if _present(HERE / name) != text]
    orphans = [
        str(file.relative_to(HERE))
        for file in sorted((HERE / "openapi").glob("*.json"))
        if f"openapi/{file.name}" not in wanted
    ]
    if check:
        for name in drifted + orphans:
            print(f"docs/{name} does not say what the code says: run make docs and commit it")
        return 1 if drifted or orphans else 0
    for name in drifted:
        (HERE / name).parent.mkdir(parents=True, exist_ok=True)
        (HERE / name).write_text(wanted[name], "utf-8")
        print(f"docs/{name}")
    for name in orphans:
        (HERE / name).unlink()
    return 0


def _present(file: Path) -> str | None:
    return file.read_text("utf-8") if file.exists() else None


def _json(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    sys.exit(main())
