# Half the time that a message needs to and fro: see ../programs/latency.ts.
from pair import comm, first, pairs, peer, sum_of_pairs, timed, verify_pair
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
    data, into = bytearray(size), bytearray(size)

    def work(times):
        for _ in range(times):
            if first:
                comm.Send(data, dest=peer)
            comm.Recv(into, source=peer)
            if not first:
                comm.Send(data, dest=peer)

    return work


for row in task["rows"]:
    if peer is not None:
        verify_pair(row["size"])
    seconds = timed(objects if row["size"] == "object" else arrays(row["size"]), row)
    total = sum_of_pairs(seconds / row["iterations"] / 2 * 1e6)
    report(row, latency=total and total / pairs)
