"""datafusion-python at the small work of test/bench/workloads/small-work.ts, over multiprocessing.Pool(2) or Ray.

Answers lines of JSON on stdin, {"do": name, "times": n}, with a line each; {"do": "values"} asks for what the last work
gave, as numbers. Its first line is the version of what it is about. With an argument "cold" it does one task and ends.
"""

import json
import multiprocessing
import sys
from importlib.metadata import version

import pyarrow as pa
import pyarrow.compute as pc
from datafusion import Expr, SessionConfig, SessionContext, col, udf
from datafusion import functions as f

ROWS = 1000
TASKS = 100


def expression(rate):
    """An expression with a closure: what travels has `rate` in it."""

    def gross(net):
        return pc.add(pc.multiply(net, rate), 1.0)

    return udf(gross, [pa.float64()], pa.float64(), "immutable", "gross")(col("net"))


def batch(task):
    net = pa.array([float(task + row) for row in range(ROWS)])
    return pa.record_batch([net], names=["net"])


context = None


def evaluate(task):
    """One task: an expression over a batch. A process keeps its session."""
    global context
    context = context or SessionContext()
    expr, rows = task
    frame = context.create_dataframe([[rows]])
    return frame.select(expr.alias("gross")).collect()[0].column(0)


class OverPool:
    """Worker processes as the guide of the model starts them."""

    def __init__(self):
        self.pool = multiprocessing.get_context("forkserver").Pool(2)

    def map(self, tasks):
        return self.pool.map(evaluate, tasks)

    def one(self, task):
        return self.pool.apply(evaluate, (task,))

    def close(self):
        self.pool.terminate()
        self.pool.join()


class OverRay:
    """Two actors, as in the model's example."""

    def __init__(self):
        import ray

        self.ray = ray
        ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="error")

        @ray.remote(num_cpus=1)
        class Evaluator:
            def evaluate(self, expr, rows):
                return evaluate((expr, rows))

        self.actors = [Evaluator.remote() for _ in range(2)]

    def map(self, tasks):
        calls = [self.actors[i % 2].evaluate.remote(*task) for i, task in enumerate(tasks)]
        return self.ray.get(calls)

    def one(self, task):
        return self.ray.get(self.actors[0].evaluate.remote(*task))

    def close(self):
        self.ray.shutdown()


class Work:
    """What can be asked for. Each gives what is compared; nothing here is timed."""

    def __init__(self, place):
        self.place = place
        self.expr = expression(1.19)
        self.batches = [batch(task) for task in range(TASKS)]
        self.made = 0

    def map(self):
        return self.place.map([(self.expr, rows) for rows in self.batches])

    def one(self):
        return [self.place.one((self.expr, self.batches[0]))]

    def encode(self):
        self.made += 1
        return expression(float(self.made)).to_bytes()

    def again(self):
        return self.expr.to_bytes()


class Flights:
    """A vectorised function over a file, in this process with two threads."""

    def __init__(self, file):
        rate = 0.25

        def points(delay, distance):
            return pc.add(pc.multiply(distance, rate), delay)

        context = SessionContext(SessionConfig().with_target_partitions(2))
        call = udf(points, [pa.float64(), pa.float64()], pa.float64(), "immutable", "points")
        score = call(col("delay").cast(pa.float64()), col("distance").cast(pa.float64()))
        self.frame = context.read_parquet(file).aggregate([], [f.sum(score), f.max(score)])

    def run(self):
        return [column for rows in self.frame.collect() for column in rows.columns]


def numbers(result):
    if isinstance(result, bytes):
        return numbers([evaluate((Expr.from_bytes(result), batch(0)))])
    return [number for column in result for number in column.to_pylist()]


def say(message):
    print(json.dumps(message), flush=True)


def serve(works, package):
    say(version(package))
    result = None
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["do"] == "values":
            say(numbers(result))
            continue
        for _ in range(asked["times"]):
            result = works[asked["do"]]()
        say("done")


def main():
    kind, *rest = sys.argv[1:]
    if kind == "flights":
        serve({"vector": Flights(*rest).run}, "datafusion")
        return
    package, place = ("ray", OverRay()) if kind == "ray" else ("datafusion", OverPool())
    work = Work(place)
    if rest == ["cold"]:
        say(sum(numbers(work.one())))
    else:
        serve({"map": work.map, "one": work.one, "encode": work.encode, "again": work.again}, package)
    place.close()


if __name__ == "__main__":
    main()
