"""Seals what an earlier release of this program left readable on the disk: once, when the vault is opened first."""

from __future__ import annotations

from .database import Database
from .vault import Vault

SEALED = "sealed"  # the bookmark of a tablet on which nothing readable is left
PLAIN_FACTS = (
    "SELECT position, id, kind, subject, payload FROM facts WHERE typeof(payload) = 'text' AND kind <> ?"
)
PLAIN_WORK = "SELECT kind, id, body FROM work WHERE typeof(body) = 'text'"


def context(id: str, kind: str, subject: str) -> str:
    """What a fact's seal is bound to: its payload cannot be passed off as that of another."""
    return f"fact/{id}/{kind}/{subject}"


def seal_what_is_plain(database: Database, vault: Vault) -> None:
    """All or nothing, with every fact in its place; then the file is written anew, so that no readable page stays in it."""
    if database.bookmark(SEALED):
        return
    with database.transaction() as connection:
        guard = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'facts_are_not_changed'"
        ).fetchone()[0]
        connection.execute("DROP TRIGGER facts_are_not_changed")
        facts = connection.execute(PLAIN_FACTS, ("session.pin_refused",)).fetchall()
        for row in facts:
            sealed = vault.seal(context(row["id"], row["kind"], row["subject"]), row["payload"])
            connection.execute("UPDATE facts SET payload = ? WHERE position = ?", (sealed, row["position"]))
        connection.execute(guard)
        work = connection.execute(PLAIN_WORK).fetchall()
        for row in work:
            sealed = vault.seal(f"work/{row['kind']}/{row['id']}", row["body"])
            connection.execute(
                "UPDATE work SET body = ? WHERE kind = ? AND id = ?", (sealed, row["kind"], row["id"])
            )
        database.set_bookmark(SEALED, "1")
    if facts or work:
        database.rewrite()
