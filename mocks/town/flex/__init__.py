"""The town's flex jobs: cases, incomes, the obs-list, and the truth about each case's month."""
