"""Records sorted for a 21 CFR 1.1455 request: one row per event and lot, with its key data elements; read-only.

The ledger's documents are read as the critical tracking events of 21 CFR part 1, subpart S (the food traceability rule of
FSMA section 204): shipping (1.1340), receiving (1.1345) and transformation (1.1350). Nothing is written, and nothing is
made up: what a document or a partner does not say stays empty, and ``missing`` names it. A reversed document and its mirror
are no event (rule 13).
"""
