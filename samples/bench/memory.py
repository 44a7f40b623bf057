# The memory of a rank, which shares what it shares with others in equal parts (PSS), at rest and after messages.
import re
import time

from mpi4py import MPI
from task import report, task

comm = MPI.COMM_WORLD
# As in pair.py, which imports numpy: that alone is several megabytes.
pairs = comm.size // 2
first = comm.rank < pairs
peer = (comm.rank + pairs) % (2 * pairs) if comm.rank < 2 * pairs else None


def memory():
    """The mean of the ranks' memory in MiB. All are there while each looks."""
    comm.Barrier()
    time.sleep(1.5)
    with open("/proc/self/smaps_rollup") as rollup:
        kib = int(re.search(r"^Pss:\s+(\d+) kB", rollup.read(), re.M)[1])
    return comm.allreduce(kib) / 1024 / comm.size


def exchange(messages):
    for i in range(0, messages, 2):
        if first:
            comm.send({"k": i}, dest=peer)
        assert comm.recv(source=peer) == {"k": i}, "the data is wrong"
        if not first:
            comm.send({"k": i}, dest=peer)


for row in task["rows"]:
    rest = memory()
    if peer is not None:
        exchange(row["warmup"] + row["iterations"])
    report(row, rest=rest, after=memory(), iterations=row["iterations"])
