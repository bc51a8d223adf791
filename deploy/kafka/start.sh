#!/bin/bash
# Formats the data folder the first time, then becomes the broker. By Kafka's own commands and not by the image's start
# script, which writes its configuration into the image: the root is read-only here.
set -eu
config=/etc/tapecast/server.properties
/opt/kafka/bin/kafka-storage.sh format --ignore-formatted --cluster-id tapecastTapecastTapecaw --config "$config"
exec /opt/kafka/bin/kafka-server-start.sh "$config"
