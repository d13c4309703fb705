#!/usr/bin/env bash
# Beside checkdmarc, on the closed internet at a distance: every answer of its servers takes 20 ms.
#
# usage: bench/audit.sh PTRUST [ROUNDS [MILLISECONDS]]
#
# Needs root and what `cargo xtask lab up` needs. The resolvers run on the near side, and start cold before each run. The
# two programs take turns, and the order changes with each round. Prints wall and CPU seconds of each run, the medians
# and the ratio.
set -euo pipefail
cd "$(dirname "$0")/.."

ptrust=$(realpath "${1:?usage: bench/audit.sh PTRUST [ROUNDS [MILLISECONDS]]}")
rounds=${2:-3}
delay=${3:-20}
readonly domain=healthy-example.com
readonly near=ptrust-near far=ptrust-lab near4=193.206.0.2 near6=2a0e:b600::2
state=$(realpath "${CARGO_TARGET_DIR:-target}")/lab

cargo run --quiet --package xtask -- lab up
checkdmarc=$(cargo run --quiet --package xtask -- lab checkdmarc)

processes=()
finish() {
  for process in "${processes[@]}"; do
    kill "$process" 2>/dev/null || true
    wait "$process" 2>/dev/null || true
  done
  ip netns del "$near" 2>/dev/null || true
  rm -rf "/etc/netns/$near"
}
trap finish EXIT

ip netns add "$near"
mkdir -p "/etc/netns/$near"
echo 'nameserver 127.0.0.2' >"/etc/netns/$near/resolv.conf"
coproc wire { exec python3 bench/delay.py "$delay" "$near" "$far"; }
processes+=("$wire_PID")
read -r -u "${wire[0]}" _
ip -n "$near" link set lo up
ip -n "$near" addr add "$near4/32" dev near0
ip -n "$near" addr add "$near6/128" dev near0 nodad
ip -n "$near" link set near0 up
ip -n "$near" route add default dev near0 src "$near4"
ip -n "$near" -6 route add default dev near0 src "$near6"
ip -n "$far" link set far0 up
ip -n "$far" route add "$near4/32" dev far0
ip -n "$far" -6 route add "$near6/128" dev far0

resolvers=()
for name in resolver validator; do
  ip netns exec "$near" unbound -d -p -c "$state/$name/unbound.conf" >/dev/null 2>&1 &
  processes+=($!)
  resolvers+=($!)
done

# A signal makes Unbound read its configuration again, and forget all it knew.
forget() {
  kill -HUP "${resolvers[@]}"
  until ip netns exec "$near" dig +short +time=1 +tries=1 @127.0.0.2 version.server CH TXT >/dev/null; do sleep 0.1; done
}

inside() {
  SSL_CERT_FILE="$state/certificates/authority.pem" REQUESTS_CA_BUNDLE="$state/certificates/authority.pem" \
    ip netns exec "$near" "$@"
}

theirs=("$checkdmarc" -n 127.0.0.2 -t 5 --check-mx-tls "$domain")
world=(--root-hints "$state/signed-root.hints" --trust-anchor "$state/trust-anchor.zone" --resolver 127.0.0.2)
if "$ptrust" audit --help >/dev/null 2>&1; then
  ours=("$ptrust" audit "$domain" --format json "${world[@]}")
else
  ours=("$ptrust" check 193.200.80.10 --format json "${world[@]}")
fi

# Seconds: wall, and user and system together.
measure() {
  local TIMEFORMAT='%R %U %S' times
  times=$({ time inside "$@" >/dev/null 2>&1 || true; } 2>&1)
  awk '{ printf "%.3f %.3f\n", $1, $2 + $3 }' <<<"$times"
}

# Before anything is measured: both reach the servers and find them sound.
sound() {
  local wanted=$1 name=$2 text
  shift 2
  text=$(inside "$@" || true)
  grep -q "$wanted" <<<"$text" || {
    echo "$name does not see a sound domain: no $wanted in $text" >&2
    exit 1
  }
}
sound '"starttls": true' checkdmarc "${theirs[@]}"
sound '"verdict": *"pass"' ptrust "${ours[@]}"

results=$(mktemp)
echo "every answer takes $delay ms; $rounds rounds"
echo "ptrust:     ${ours[*]:1:2}"
echo "checkdmarc: ${theirs[*]:1}"
for ((round = 1; round <= rounds; round++)); do
  order=(ptrust checkdmarc)
  if ((round % 2 == 0)); then order=(checkdmarc ptrust); fi
  for name in "${order[@]}"; do
    forget
    if [ "$name" = ptrust ]; then line=$(measure "${ours[@]}"); else line=$(measure "${theirs[@]}"); fi
    echo "$name $line" | tee -a "$results"
  done
done

median() {
  awk -v name="$1" -v column="$2" '$1 == name { print $column }' "$results" | sort -n |
    awk '{ all[NR] = $1 } END { print NR % 2 ? all[(NR + 1) / 2] : (all[NR / 2] + all[NR / 2 + 1]) / 2 }'
}
awk -v a="$(median ptrust 2)" -v b="$(median checkdmarc 2)" -v c="$(median ptrust 3)" -v d="$(median checkdmarc 3)" \
  'BEGIN { printf "median wall: ptrust %.3f s, checkdmarc %.3f s, ratio %.1f\nmedian CPU:  ptrust %.3f s, checkdmarc %.3f s, ratio %.1f\n", a, b, b / a, c, d, d / (c > 0 ? c : 0.001) }'
rm -f "$results"
