"""What finds the faults nobody looks for: each module is one guard, switched on for every test by conftest."""
