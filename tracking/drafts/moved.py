"""Whether the books moved since a count was entered: the page warns, and the count is posted against the books of now (rule 15)."""

from __future__ import annotations

from katana_trace.lib.quantities import for_people, parse_quantity


def moved(expected: str, booked: int, unit: str) -> str:
    """The sentence for books that are not what they were when the count was entered; "" when they are, or nobody knows.

    ``expected`` is the plain quantity that was kept with the count, ``booked`` the millionths of now.
    """
    try:
        then = parse_quantity(expected)
    except ValueError:
        return ""
    if then == booked:
        return ""
    return (
        f"The books had {for_people(then)} {unit} when this was counted, they have {for_people(booked)} {unit} now. "
        "Count again, or press Post once more to post against the books of now."
    )
