# Says hello from every rank: see ../hello.ts.
from mpi4py import MPI

comm = MPI.COMM_WORLD
print(f"Hello from rank {comm.rank} of {comm.size} on {MPI.Get_processor_name()}")
