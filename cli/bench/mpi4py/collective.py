# The loop of the collective programs: see ../programs/collective.ts.
from mpi4py import MPI
from task import report

comm = MPI.COMM_WORLD


def time_collective(row, call):
    warmup, iterations = row["warmup"], row["iterations"]
    seconds = 0
    for i in range(-warmup, iterations):
        start = MPI.Wtime()
        call()
        if i >= 0:
            seconds += MPI.Wtime() - start
        comm.barrier()
    times = comm.gather(seconds / iterations * 1e6)
    if comm.rank == 0:
        report(row, latency=sum(times) / len(times), min=min(times), max=max(times), iterations=iterations)
