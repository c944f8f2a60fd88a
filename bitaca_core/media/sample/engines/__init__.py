"""Scene engines: each file paints one kind of world, from numbers and a seed."""
