# The time that each rank spends in a barrier, one after the other without a pause.
import time

from collective import comm, report_times
from mpi4py import MPI
from task import task


def verify():
    """A rank comes late: no other one may leave before."""
    for late in {0, comm.size - 1}:
        comm.Barrier()
        if comm.rank == late:
            time.sleep(0.003)
        entered = time.time()
        comm.Barrier()
        left = comm.gather(time.time(), root=late)
        assert left is None or min(left) >= entered, "a rank left too early"


for row in task["rows"]:
    verify()
    for _ in range(row["warmup"]):
        comm.Barrier()
    start = MPI.Wtime()
    for _ in range(row["iterations"]):
        comm.Barrier()
    seconds = MPI.Wtime() - start
    verify()
    report_times(row, seconds)
