# How much processor time a rank takes that waits in recv for a message that comes seconds later.
import time

from mpi4py import MPI
from task import report, task

comm = MPI.COMM_WORLD

for row in task["rows"]:
    for i in range(row["warmup"]):
        comm.bcast(i)
    comm.Barrier()
    percent = 0
    if comm.rank == 0:
        time.sleep(row["iterations"])
        for dest in range(1, comm.size):
            comm.send({"k": dest}, dest=dest)
    else:
        start, before = MPI.Wtime(), time.process_time()
        assert comm.recv(source=0) == {"k": comm.rank}, "the data is wrong"
        percent = 100 * (time.process_time() - before) / (MPI.Wtime() - start)
    report(row, cpu=comm.allreduce(percent, op=MPI.MAX), iterations=row["iterations"])
