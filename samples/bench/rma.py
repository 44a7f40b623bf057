# One-sided calls of one rank on the memory of another, which waits in a barrier.
import numpy
from mpi4py import MPI
from pair import comm, equal, first, pairs, peer, sum_of_pairs
from task import report, task

empty = numpy.zeros(0, numpy.uint8)
one = numpy.ones(1, numpy.int64)


def numbers(length, seed):
    return numpy.arange(length, dtype=numpy.float64) + seed


def check(got, expected):
    assert equal(got, expected), "the data is wrong"


def verify(win, length):
    """Puts, accumulates and counts, and compares what is there then, on both ranks of a pair."""
    comm.barrier()
    if first and peer is not None:
        win.Put(numbers(length, comm.rank), peer)
        win.Put(numpy.array([5]), peer, target=length)
        win.Flush(peer)
        got = numpy.zeros(length)
        win.Get(got, peer)
        win.Flush(peer)
        check(got, numbers(length, comm.rank))
        win.Accumulate(numbers(length, 7), peer, op=MPI.SUM)
        before = numpy.zeros(1, numpy.int64)
        win.Fetch_and_op(numpy.array([2]), before, peer, length, MPI.SUM)
        win.Flush(peer)
        check(int(before[0]), 5)
    comm.barrier()
    if not first and peer is not None:
        memory = numpy.frombuffer(win.tomemory(), numpy.float64)
        check(memory[:length], numbers(length, peer) + numbers(length, 7))
        check(int(memory.view(numpy.int64)[length]), 7)
    comm.barrier()


def time(row, work):
    """Microseconds of one call of `work`: the mean of all pairs, on rank 0."""
    if peer is not None:
        work(row["warmup"])
    comm.barrier()
    start = MPI.Wtime()
    if peer is not None:
        work(row["iterations"])
    seconds = MPI.Wtime() - start
    comm.barrier()
    total = sum_of_pairs(seconds / row["iterations"] * 1e6)
    return total and total / pairs


for row in task["rows"]:
    length = row["size"] // 8
    data, into, before = numpy.zeros(length), numpy.zeros(length), numpy.zeros(1, numpy.int64)
    win = MPI.Win.Allocate(8 * (length + 1), 8, comm=comm)
    win.Lock_all()
    verify(win, length)

    def pingpong(times):
        for _ in range(times):
            if first:
                comm.Send(data, dest=peer)
            comm.Recv(empty if first else into, source=peer)
            if not first:
                comm.Send(empty, dest=peer)

    def put(times):
        for _ in range(times if first else 0):
            win.Put(data, peer)
            win.Flush(peer)

    def get(times):
        for _ in range(times if first else 0):
            win.Get(into, peer)
            win.Flush(peer)

    def accumulate(times):
        for _ in range(times if first else 0):
            win.Accumulate(data, peer, op=MPI.SUM)
            win.Flush(peer)

    def fetch(times):
        for _ in range(times if first else 0):
            win.Fetch_and_op(one, before, peer, length, MPI.SUM)
            win.Flush(peer)

    works = {"pingpong": pingpong, "put": put, "get": get, "accumulate": accumulate, "fetch": fetch}
    values = {name: time(row, work) for name, work in works.items()}
    verify(win, length)
    win.Unlock_all()
    win.Free()
    report(row, **values)
