"""Files that come in through the browser: uploaded, their columns mapped, previewed, and imported as previewed or not at all."""
