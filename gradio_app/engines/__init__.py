"""Derona in processes of her own: the one that holds the sockets never thinks, and every core is used."""
