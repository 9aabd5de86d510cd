"""The command line: evaluate a record, list what to measure, print the schema, list the procedures."""

from __future__ import annotations

import argparse
import io
import json
import sys
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from . import BadInput, FaultyProcedure, Shelf, evaluate, points, procedures, schema

HANOI = timezone(timedelta(hours=7))


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 with one JSON value on stdout, or 2 with the refusal as JSON on stderr, naming the field."""
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # the sentences are Vietnamese on any terminal
    try:
        shelf = Shelf.shipped().with_folder(options.procedures) if options.procedures else Shelf.shipped()
        found = _answer(options, shelf)
    except BadInput as refusal:
        problem = {
            "error": "bad input",
            "field": refusal.field,
            "rule": refusal.rule,
            "message": refusal.message,
        }
        print(json.dumps(problem, ensure_ascii=False), file=sys.stderr)
        return 2
    except FaultyProcedure as faulty:
        print(faulty, file=sys.stderr)
        return 2
    print(json.dumps(found, ensure_ascii=False, indent=2))
    return 0


def _answer(options: argparse.Namespace, shelf: Shelf) -> Any:
    match options.command:
        case "evaluate":
            return evaluate(_read(options.file), shelf)
        case "points":
            return points(options.type, _read(options.characteristics), options.regime, options.on, shelf)
        case "schema":
            return schema(shelf)
        case _:
            return procedures(shelf)


def _read(name: str) -> Any:
    """The JSON of a file or, for "-", of standard input; numbers stay exact so that refusals can quote them."""
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return json.loads(
            raw.decode("utf-8"), parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_once
        )
    except OSError as error:
        raise BadInput("file", "readable file", f"{name}: {error.strerror}") from None
    except BadInput:
        raise
    except (ValueError, RecursionError) as error:  # not UTF-8, not JSON, or a number of thousands of digits
        raise BadInput("file", "JSON", f"{name} is not JSON in UTF-8: {error}") from None


def _no_constant(text: str) -> Any:
    raise BadInput("file", "JSON", f"{text} is not a number of JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise BadInput(key, "each field once", "is given twice")
    return dict(pairs)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m metrology", description=__doc__)
    parser.add_argument(
        "--procedures", type=Path, metavar="DIR", help="also read the procedure files of this folder"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("evaluate", help="print the verdict on a record")
    one.add_argument("file", help="the record as JSON, or - for standard input")
    two = commands.add_parser("points", help="print what to measure")
    two.add_argument("--type", required=True, help="catalogue code, such as 19")
    two.add_argument(
        "--characteristics", required=True, metavar="FILE", help="JSON object of characteristics, or -"
    )
    two.add_argument("--regime", default="periodic")
    two.add_argument(
        "--on",
        default=datetime.now(HANOI).date().isoformat(),
        metavar="DATE",
        help="date of the verification",
    )
    commands.add_parser("schema", help="print the JSON Schema of a record")
    commands.add_parser("procedures", help="list the known procedures")
    return parser


if __name__ == "__main__":
    sys.exit(main())
