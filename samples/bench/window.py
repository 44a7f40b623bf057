# One rank of a pair starts a window of sends, the other one as many receives, and answers when it has them all.
import numpy
from mpi4py import MPI
from pair import comm, first, peer
from task import task

message = {"k": 1}
window = task["window"]


def objects(times):
    for _ in range(times):
        requests = []
        for _ in range(window):
            requests.append(comm.isend(message, dest=peer) if first else comm.irecv(source=peer))
        MPI.Request.waitall(requests)
        answer()


def arrays(size):
    data = numpy.zeros(size, numpy.uint8)

    def work(times):
        for _ in range(times):
            requests = []
            for _ in range(window):
                requests.append(comm.Isend(data, dest=peer) if first else comm.Irecv(data, source=peer))
            MPI.Request.Waitall(requests)
            answer()

    return work


def answer():
    if first:
        comm.recv(source=peer)
    else:
        comm.send(0, dest=peer)
