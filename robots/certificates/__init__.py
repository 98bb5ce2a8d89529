"""Criminal records: requested, read, judged, filed."""
