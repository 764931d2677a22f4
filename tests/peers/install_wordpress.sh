#!/usr/bin/env bash
# Installs what the tests against a real WordPress need, from Debian's own packages: WordPress's files, PHP with its
# built-in server, MariaDB. Nothing of it is started or configured here; the tests run their own in a folder of theirs.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
# Packages that bring a service must not start it.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
fi
apt-get update -qq
apt-get install -y -qq --no-install-recommends wordpress php-cli php-mysql mariadb-server
