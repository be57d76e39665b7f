"""A run of tasks that do nothing, in another tool: peers.py luigi|prefect chained|independent N."""

import sys
from pathlib import Path


def luigi_run(chained: bool, count: int) -> None:
    import luigi

    folder = Path(f"luigi-{count}-{chained}")
    folder.mkdir()

    class Nothing(luigi.Task):
        number = luigi.IntParameter()

        def requires(self):
            return [Nothing(number=self.number - 1)] if chained and self.number > 0 else []

        def output(self):
            return luigi.LocalTarget(str(folder / str(self.number)))

        def run(self):
            with self.output().open("w") as out:
                out.write("done")

    tasks = [Nothing(number=n) for n in range(count)]
    done = luigi.build(tasks[-1:] if chained else tasks, local_scheduler=True, log_level="ERROR")
    assert done and len(list(folder.iterdir())) == count


def prefect_run(chained: bool, count: int) -> None:
    from prefect import flow, task

    @task
    def nothing(number, before=None):
        return number

    @flow
    def every():
        if not chained:
            return [future.result() for future in [nothing.submit(n) for n in range(count)]]
        last = None
        for n in range(count):
            last = nothing(n, last)
        return [last]

    assert every()[-1] == count - 1


if __name__ == "__main__":
    tool, shape, count = sys.argv[1:]
    {"luigi": luigi_run, "prefect": prefect_run}[tool](shape == "chained", int(count))
