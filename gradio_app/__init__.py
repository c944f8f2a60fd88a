"""HTTP, WebSocket and UI edges; the one place where the app is composed is `app.create_app`."""
