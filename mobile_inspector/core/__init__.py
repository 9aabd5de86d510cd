"""All behaviour of the tablet, without a window: the journal, the work, the verifications, the sync."""
