"""When robots run by themselves, and the processes that see to it."""
