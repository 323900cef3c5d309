"""Power loss: the app and its PostgreSQL are killed while people save; what was acknowledged must be there, whole."""
