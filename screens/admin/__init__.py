"""The admin's pane: requests are opened, changed where that is the admin's to decide, and exported."""
