"""What Derona does about each intent: one module a subject, each act a function of the turn and the shelf."""
