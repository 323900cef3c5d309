"""What the boards say of a report."""
