#!/usr/bin/env bash
# system.sh NAME...: see that the programs the tests drive are on this machine; install them where that is allowed.
set -euo pipefail

declare -A package=([postgresql]=postgresql [chromium]=chromium [nodejs]=nodejs [openssl]=openssl)

present() {
  case $1 in
    postgresql) compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null ;;
    chromium) command -v chromium >/dev/null || command -v chromium-browser >/dev/null ;;
    nodejs) command -v node >/dev/null ;;
    openssl) command -v openssl >/dev/null ;;
    *) echo "system.sh knows: ${!package[*]}" >&2; exit 2 ;;
  esac
}

missing=()
for name in "$@"; do present "$name" || missing+=("${package[$name]}"); done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi
if command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }; then
  echo "Installing ${missing[*]} ..."
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
else
  echo "The tests need these programs. Run this once, then again what you ran:" >&2
  echo "  sudo apt-get install ${missing[*]}" >&2
  exit 1
fi
