#!/bin/sh
# form-cluster.sh <node>…: makes a Redis Cluster of the nodes named, a replica for each master, and waits until all serve.
# Run at each start: nodes that are a cluster already are introduced to each other again, as their addresses may be others
# than last time.
set -eu

TRIES=120

# Redis introduces nodes by address, not by name.
address() { getent ahostsv4 "$1" | { read -r ip _ && echo "$ip"; }; }

if redis-cli -h "$1" cluster info | grep -q '^cluster_slots_assigned:0'; then
  addresses=
  for node in "$@"; do addresses="$addresses $(address "$node"):6379"; done
  # Unquoted: a word each.
  redis-cli --cluster create $addresses --cluster-replicas 1 --cluster-yes
else
  for node in "$@"; do redis-cli -h "$1" cluster meet "$(address "$node")" 6379; done
fi

for node in "$@"; do
  tries=$TRIES
  until redis-cli -h "$node" cluster info | grep -q '^cluster_state:ok'; do
    tries=$((tries - 1))
    if [ "$tries" = 0 ]; then
      echo "$node is no member of a working cluster: its log says why (docker compose logs $node)" >&2
      exit 1
    fi
    sleep 0.5
  done
done
