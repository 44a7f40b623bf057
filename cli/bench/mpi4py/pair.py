# Two ranks that measure between themselves: see ../programs/pair.ts.
from mpi4py import MPI

comm = MPI.COMM_WORLD
pairs = comm.size // 2
first = comm.rank < pairs
peer = (comm.rank + pairs) % (2 * pairs) if comm.rank < 2 * pairs else None


def verify_pair(size):
    mine, other = (
        ({"k": rank + 1} if size == "object" else bytearray([rank + 1 & 255]) * size)
        for rank in (comm.rank, peer)
    )
    if size == "object":
        got = comm.sendrecv(mine, dest=peer, source=peer)
    else:
        got = bytearray(size)
        comm.Sendrecv(mine, dest=peer, recvbuf=got, source=peer)
    assert got == other, "the data is wrong"


def timed(work, row):
    if peer is not None:
        work(row["warmup"])
    comm.barrier()
    start = MPI.Wtime()
    if peer is not None:
        work(row["iterations"])
    return MPI.Wtime() - start


def sum_of_pairs(value):
    return comm.reduce(value if first else 0)
