"""unit/ mirrors the code, pages/ goes through the real client, journeys/ through a browser, meta/ guards habits."""
