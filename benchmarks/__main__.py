"""`make bench`: every benchmark in one run. Ratios are comparable within a run, absolute times are not."""

from benchmarks import flexwage, pages, queue, robot, rules

robot.main()
rules.main(rules.SIZES)
flexwage.main(flexwage.MONTHS)
queue.main()
pages.main()
