"""With whom the sample company deals: towns that no map has, addresses and phone numbers that are kept for examples."""

from __future__ import annotations

from tracking.models import Partner
from tracking.records.places import create

FORMER = "Station Kiosk"  # it closed, and is archived today

# name, mailbox and domain below .example (reserved by RFC 2606), last digits of the phone (555-0100 to 555-0199), address
SUPPLIERS = (
    ("Hartwell Mill", "orders@hartwell-mill", "11", "Mill Race 1\nHartwell"),
    ("Bay Salt Works", "sales@bay-salt", "14", "Pan Road 6\nTern Bay"),
    ("Greenfield Organics", "office@greenfield-organics", "17", "Greenfield Farm\nUpper Linden"),
    ("Riverside Dairy", "dairy@riverside", "22", "Water Lane 30\nAlderhaven"),
    ("Papermade Packaging", "service@papermade", "25", "Trading Estate, Unit 12\nAlderhaven"),
    ("Nordic Controls", "parts@nordic-controls", "31", "Fjord Park 4\nNorrvale"),
    ("Alpine Stone", "quarry@alpine-stone", "36", "Quarry Road 9\nSteinmoor"),
)
CUSTOMERS = (
    ("Northside Market", "bakery@northside-market", "41", "North Street 80\nAlderhaven"),
    ("Harbour Kitchen", "kitchen@harbour-kitchen", "43", "Quay Street 14\nAlderhaven"),
    ("Mill Lane Deli", "hello@mill-lane-deli", "46", "Mill Lane 3\nAlderhaven"),
    ("Corner House Café", "counter@corner-house", "52", "Market Square 7\nUpper Linden"),
    ("Old Town Hotel", "purchasing@old-town-hotel", "58", "Castle Rise 2\nAlderhaven"),
    (FORMER, "", "63", "Station Square\nHartwell"),
    ("Walk-in customers", "", "", ""),
)


def make_partners(*, by) -> None:
    """Makes all of them, checked as a form would. Raises ValidationError, Refusal and PermissionDenied."""
    for name, mailbox, phone, address in SUPPLIERS + CUSTOMERS:
        partner = Partner(
            name=name,
            email=f"{mailbox}.example" if mailbox else "",
            phone=f"555-01{phone}" if phone else "",
            address=address,
        )
        partner.full_clean()
        create(place=partner, by=by)
