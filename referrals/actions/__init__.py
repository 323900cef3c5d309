"""Every write of the service, each a verb in one transaction."""
