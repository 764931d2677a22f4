#!/usr/bin/env bash
# Installs what the tests of the report in a real browser need: Debian's chromium with its driver, and axe-core, which
# judges accessibility, as one script in build/axe (ignored by git). Nothing is started here.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends chromium chromium-driver
command -v npm > /dev/null || apt-get install -y -qq --no-install-recommends npm
folder="$(cd "$(dirname "$0")/../.." && pwd)/build/axe"
mkdir -p "$folder"
cd "$folder"
npm pack --silent axe-core@4.14.1
tar -xzf axe-core-4.14.1.tgz --strip-components=1 package/axe.min.js package/LICENSE
rm axe-core-4.14.1.tgz
