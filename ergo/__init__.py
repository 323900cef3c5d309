"""The project around the app: settings, database, language, assets and the two commands."""
