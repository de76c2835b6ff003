"""A deadline night, simulated: when submissions come, what they cost, who grades them, and what theory says of it."""
