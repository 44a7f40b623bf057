# What the programs run on, and how many ranks there are when two were asked for.
import json
import platform

import mpi4py
from mpi4py import MPI

if MPI.COMM_WORLD.rank == 0:
    library = MPI.Get_library_version().split(",")[0].strip()
    text = f"mpi4py {mpi4py.__version__}, {library}, Python {platform.python_version()}"
    print(json.dumps({"np": MPI.COMM_WORLD.size, "text": text}))
