"""The verbs on a batch or serial number itself: edit, hold, release; each leaves who, when, why, and the old value."""
