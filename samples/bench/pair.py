# Two ranks that measure between themselves: rank i of the lower half with rank i + N/2.
import numpy
from mpi4py import MPI

comm = MPI.COMM_WORLD
pairs = comm.size // 2
first = comm.rank < pairs
peer = (comm.rank + pairs) % (2 * pairs) if comm.rank < 2 * pairs else None

ROUNDS = 4


def pattern(length, seed):
    i = numpy.arange(length, dtype=numpy.int64)
    return (seed + i + (i >> 8) * 7).astype(numpy.uint8)


def plain(row, seed):
    return {"k": seed} if row["size"] == "object" else pattern(row["size"], seed)


def equal(got, expected):
    if isinstance(expected, numpy.ndarray):
        return numpy.array_equal(got, expected)
    if isinstance(expected, dict):
        return got.keys() == expected.keys() and all(equal(got[key], expected[key]) for key in expected)
    return got == expected


def verify(row, content):
    """Sends different contents both ways, and compares what arrives."""
    for i in range(ROUNDS):
        mine, other = (content(row, rank * ROUNDS + i + 1) for rank in (comm.rank, peer))
        if isinstance(mine, numpy.ndarray):
            got = numpy.empty_like(other)
            comm.Sendrecv(mine, dest=peer, recvbuf=got, source=peer)
        else:
            got = comm.sendrecv(mine, dest=peer, source=peer)
        assert equal(got, other), "the data is wrong"


def timed(work, row, content=plain):
    """Seconds for the iterations of a row, after its warm-up; the data is verified before and after."""
    if peer is not None:
        verify(row, content)
        work(row["warmup"])
    comm.barrier()
    start = MPI.Wtime()
    if peer is not None:
        work(row["iterations"])
    seconds = MPI.Wtime() - start
    if peer is not None:
        verify(row, content)
    return seconds


def sum_of_pairs(value):
    return comm.reduce(value if first else 0)
