# Half the time that an object with an array of floats in it needs to and fro; it arrives as a new object.
import numpy
from pair import comm, first, pairs, peer, sum_of_pairs, timed
from task import report, task


def content(row, seed):
    return {"step": seed, "data": seed + numpy.arange(row["size"] // 8) / 2}


for row in task["rows"]:
    message = content(row, 1)

    def work(times):
        for _ in range(times):
            if first:
                comm.send(message, dest=peer)
            comm.recv(source=peer)
            if not first:
                comm.send(message, dest=peer)

    seconds = timed(work, row, content)
    total = sum_of_pairs(seconds / row["iterations"] / 2 * 1e6)
    report(row, latency=total and total / pairs)
