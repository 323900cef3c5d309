"""Referrals to occupational therapy in Norwegian municipalities, from the day they come until they end."""
