# Messages per second with a window of them under way.
from pair import sum_of_pairs, timed
from task import report, task
from window import arrays, objects

for row in task["rows"]:
    seconds = timed(objects if row["size"] == "object" else arrays(row["size"]), row)
    report(row, rate=sum_of_pairs(task["window"] * row["iterations"] / seconds))
