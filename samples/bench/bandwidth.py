# Bytes per second with a window of messages under way.
from pair import sum_of_pairs, timed
from task import report, task
from window import arrays

for row in task["rows"]:
    seconds = timed(arrays(row["size"]), row)
    report(row, bandwidth=sum_of_pairs(row["size"] * task["window"] * row["iterations"] / 1e6 / seconds))
