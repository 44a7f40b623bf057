# The time that each rank spends in a gather of objects on rank 0.
from collective import comm, time_collective
from task import task

message = {"k": comm.rank}


def verify():
    for root in range(comm.size):
        got = comm.gather(message, root=root)
        expected = [{"k": rank} for rank in range(comm.size)] if comm.rank == root else None
        assert got == expected, "the data is wrong"


for row in task["rows"]:
    time_collective(row, lambda: comm.gather(message), verify)
