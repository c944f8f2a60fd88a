"""One router a resource. Each reads `request.app.state.services` and the edge that the guard attached."""
