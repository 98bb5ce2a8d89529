"""The people that the town hires: their certificates, what the police answer, and the truth about it, from a seed."""
