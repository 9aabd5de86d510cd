"""Inspection: tablets and their records, verifications, certificates, seals, and what needs a person's attention."""
