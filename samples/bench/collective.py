# The loop of the collective programs: each call is timed by itself, with a barrier behind it.
from mpi4py import MPI
from task import report

comm = MPI.COMM_WORLD


def time_collective(row, call, verify):
    warmup, iterations = row["warmup"], row["iterations"]
    verify()
    seconds = 0
    for i in range(-warmup, iterations):
        start = MPI.Wtime()
        call()
        if i >= 0:
            seconds += MPI.Wtime() - start
        comm.Barrier()
    verify()
    report_times(row, seconds)


def report_times(row, seconds):
    times = comm.gather(seconds / row["iterations"] * 1e6)
    if comm.rank == 0:
        latency = sum(times) / len(times)
        report(row, latency=latency, min=min(times), max=max(times), iterations=row["iterations"])
