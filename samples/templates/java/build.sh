#!/bin/sh
# Builds clicks.jar and runs the unit test; needs a JDK and letsdata-handlers.jar (first argument).
set -e
cd "$(dirname "$0")"
handlers="${1:-letsdata-handlers.jar}"
out="${2:-build}"
mkdir -p "$out/classes" "$out/tests"
javac --release 8 -Xlint:-options -cp "$handlers" -d "$out/classes" $(find src -name '*.java')
javac --release 8 -Xlint:-options -cp "$handlers:$out/classes" -d "$out/tests" $(find test -name '*.java')
java -cp "$handlers:$out/classes:$out/tests" com.acme.clicks.ClickParserTest
jar --create --file "$out/clicks.jar" -C "$out/classes" .
