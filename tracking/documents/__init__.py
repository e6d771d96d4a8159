"""The eight kinds of document that people post, one small file each, in the table of ``kinds``."""
