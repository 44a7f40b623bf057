# The time that each rank spends in an allreduce with SUM: of a number, and of 64-bit floats.
import numpy
from collective import comm, time_collective
from task import task


def number():
    total = comm.allreduce(comm.rank + 1)
    assert total == comm.size * (comm.size + 1) // 2, "the data is wrong"


def arrays(row):
    i = numpy.arange(row["size"] // 8) % 16
    data = (comm.rank % 7 + i).astype(numpy.float64)
    into = numpy.empty_like(data)
    expected = sum((rank % 7 + i for rank in range(comm.size)), numpy.zeros_like(data))

    def verify():
        comm.Allreduce(data, into)
        assert numpy.array_equal(into, expected), "the data is wrong"

    time_collective(row, lambda: comm.Allreduce(data, into), verify)


for row in task["rows"]:
    if row["size"] == "object":
        time_collective(row, lambda: comm.allreduce(comm.rank + 1), number)
    else:
        arrays(row)
