"""The demo: people who do not exist and their referrals, on the real municipalities; the same for the same seed."""
