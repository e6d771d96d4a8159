"""What a scanner brings: a code read by biip, and the variant, batch or serial number that it means here."""
