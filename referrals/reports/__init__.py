"""Reports: each builds one frozen object with its recipe, which screen, files, shell and API all show."""
