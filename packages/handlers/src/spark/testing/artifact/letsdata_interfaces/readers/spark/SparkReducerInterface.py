import pyspark.absent_on_every_machine  # noqa: F401


class SparkReducerInterface:
    def reducer(self, *arguments):
        pass
