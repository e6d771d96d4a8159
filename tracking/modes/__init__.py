"""The one dangerous act: check, plan, switch, export, archive, restore. One rule, one preview, one verb."""
