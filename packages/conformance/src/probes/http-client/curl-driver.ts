/**
 * The shell script that puts the cases of `--listen` to curl, and tells what curl made of each. It is served beside them, so
 * that it is there wherever the prober is: `curl -s http://127.0.0.1:9001/curl.sh | sh`.
 */

/** @param base the address of the server that has the cases: `http://127.0.0.1:9001` */
export function curlDriver(base: string): string {
  return `#!/bin/sh
# A line of /cases is one probe: a URL, or two that are asked for one after the other, by one curl so that it may reuse its
# connection. What passes over the wire the probes see; what curl made of it is told to /told.
base='${base}'
${SCRIPT}`;
}

const SCRIPT = String.raw`folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

tell() { # URL FILE EXIT-CODE STATUS
  if [ "$3" = 0 ]; then
    touch "$2"
    curl -s --data-binary "@$2" "$base/told?url=$1&status=$4"
  else
    curl -s -X POST "$base/told?url=$1&error=curl+ends+with+$3"
  fi
}

curl -s "$base/cases" | while read -r first second; do
  rm -f "$folder"/*
  curl -s -m 5 -w '%{exitcode} %{http_code}\n' -o "$folder/1" "$first" \${second:+-o "$folder/2" "$second"} >"$folder/codes" </dev/null
  {
    read -r exitcode status && tell "$first" "$folder/1" "$exitcode" "$status"
    read -r exitcode status && tell "$second" "$folder/2" "$exitcode" "$status"
  } <"$folder/codes"
done
curl -sS "$base/report" # says so, too, if nobody listens
`.replaceAll('\\${', '${');
