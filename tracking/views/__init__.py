"""Pages: fetch, call one domain function, render."""
