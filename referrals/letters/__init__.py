"""Letters as words alone: which fields a text may have, how they are filled in, and the texts that Ergo comes with."""
