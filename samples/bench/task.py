# The task of a program, which `tsmpi bench --against mpi4py` gives as JSON, and a line of JSON per row.
#   mpirun -np 2 python3 latency.py '{"rows": [{"size": "object", "warmup": 1000, "iterations": 10000}], "window": 64}'
import json
import sys

from mpi4py import MPI

task = json.loads(sys.argv[1])


def report(row, **values):
    comm = MPI.COMM_WORLD
    if comm.rank == 0:
        print(json.dumps({"np": comm.size, **row, **values}), flush=True)
