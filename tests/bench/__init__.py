"""Measurements, printed as ratios within one run (`make bench`): absolute times are the machine's, ratios are ours."""
