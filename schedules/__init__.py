"""When robots run. Empty until robots are scheduled; `kollega run` serves a timer of the operating system."""
