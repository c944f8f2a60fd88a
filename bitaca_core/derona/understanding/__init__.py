"""What a message means: evidence from cue phrases and n-grams, weighed by linear models that are trained offline."""
