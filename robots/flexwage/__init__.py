"""The flex-wage robot: the month's subsidy to people in flex jobs."""
