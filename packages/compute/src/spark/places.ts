/** Variables that say where this machine has Spark, its configuration and its Java: all a handler's process gets of such a kind. */
export const sparkPlaces = [
  "SPARK_HOME",
  "SPARK_CONF_DIR",
  "JAVA_HOME",
  "HADOOP_HOME",
  "HADOOP_CONF_DIR",
  "YARN_CONF_DIR",
] as const;
