# Messages per second with a window of them under way, of objects: see ../programs/rate.ts.
from mpi4py import MPI
from pair import comm, first, peer, sum_of_pairs, timed, verify_pair
from task import report, task

message = {"k": 1}
window = task["window"]


def objects(times):
    for _ in range(times):
        requests = []
        for _ in range(window):
            requests.append(comm.isend(message, dest=peer) if first else comm.irecv(source=peer))
        MPI.Request.waitall(requests)
        if first:
            comm.recv(source=peer)
        else:
            comm.send(0, dest=peer)


for row in task["rows"]:
    if peer is not None:
        verify_pair(row["size"])
    seconds = timed(objects, row)
    report(row, rate=sum_of_pairs(window * row["iterations"] / seconds))
