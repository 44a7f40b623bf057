# Half the time that a message needs to and fro: an object, or bytes that are received into memory that is there.
import numpy
from pair import comm, first, pairs, peer, sum_of_pairs, timed
from task import report, task

message = {"k": 1}


def objects(times):
    for _ in range(times):
        if first:
            comm.send(message, dest=peer)
        comm.recv(source=peer)
        if not first:
            comm.send(message, dest=peer)


def arrays(size):
    data, into = numpy.zeros(size, numpy.uint8), numpy.zeros(size, numpy.uint8)

    def work(times):
        for _ in range(times):
            if first:
                comm.Send(data, dest=peer)
            comm.Recv(into, source=peer)
            if not first:
                comm.Send(data, dest=peer)

    return work


for row in task["rows"]:
    seconds = timed(objects if row["size"] == "object" else arrays(row["size"]), row)
    total = sum_of_pairs(seconds / row["iterations"] / 2 * 1e6)
    report(row, latency=total and total / pairs)
