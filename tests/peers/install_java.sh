#!/usr/bin/env bash
# Installs what the tests on Spark need beside `make spark`: a Java runtime.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends default-jre-headless
