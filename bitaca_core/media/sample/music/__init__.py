"""Sound: instruments, rhythms and the mixes of the stories."""
