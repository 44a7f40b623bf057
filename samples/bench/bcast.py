# The time that each rank spends in a bcast of an object from rank 0.
from collective import comm, time_collective
from task import task

message = {"k": 1}


def verify():
    for root in range(comm.size):
        got = comm.bcast({"k": root} if comm.rank == root else None, root=root)
        assert got == {"k": root}, "the data is wrong"


for row in task["rows"]:
    time_collective(row, lambda: comm.bcast(message), verify)
