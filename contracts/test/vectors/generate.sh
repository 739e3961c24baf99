#!/usr/bin/env bash
# Writes the vectors beside this script: fixed requests and what becomes of them.
#
#   contracts/test/vectors/generate.sh
#
# Nothing here knows the implementation. The bodies are written out by hand, every signature is made by
# `openssl`, and every expected result stands in this file. Running it again gives the same bytes.
# Needs bash, openssl, od, sed and tr.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")"

EVENT_ID=evt_01hf7yat00e9r8zq4x2k6m3n5p
ORG_ID=org_01hf7y0000e9r8zq4x2k6m3n5p
DELIVERY_ID=dlv_01hf7yat01e9r8zq4x2k6m3n5p
DELIVERY_UUID=018bcfe5-6801-7270-8f5c-9d14c1a0d456
OCCURRED_AT=2023-11-14T22:13:19.123Z
ROUND_STARTED_AT=2023-11-14T22:13:20.000Z
RETRIED_AT=2023-11-14T22:13:25.750Z
T=1700000000
T_RETRIED=1700000005

# Key order, duplicate keys, numbers no double holds, escapes and white space that have to arrive as written.
HARD_MEMBERS='"z" : 1e131072, "a":{"b":[-0.0,1.10,"\u0000\ud800\/"]},"z":"é ü", "a" :null'

# --- writing JSON ---------------------------------------------------------------------------------------

text() { printf '"%s"' "$(printf '%s' "$1" | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g')"; }

list() { # each argument a text
  local out='' item
  for item in "$@"; do out+="${out:+, }$(text "$item")"; done
  printf '[%s]' "$out"
}

pairs() { # name value name value …
  local out=''
  while [ $# -gt 0 ]; do
    out+="${out:+, }[$(text "$1"), $(text "$2")]"
    shift 2
  done
  printf '[%s]' "$out"
}

joined() {
  local out='' item
  for item in "$@"; do out+="${out:+,}"$'\n'"    $item"; done
  printf '%s' "$out"
}

begin() { contract=$1; sends=(); receives=(); }

finish() {
  printf '{\n  "contract": "%s",\n  "send": [%s\n  ],\n  "receive": [%s\n  ]\n}\n' \
    "$contract" "$(joined "${sends[@]}")" "$(joined "${receives[@]}")" > "$contract.json"
}

send() { # name, type, data, attempted at, secrets, body, headers
  sends+=("{ \"name\": $(text "$1"), \"type\": $(text "$2"), \"data\": $(text "$3"),
      \"eventId\": \"$EVENT_ID\", \"organizationId\": \"$ORG_ID\", \"occurredAt\": \"$OCCURRED_AT\",
      \"deliveryId\": \"$DELIVERY_ID\", \"deliveryUuid\": \"$DELIVERY_UUID\",
      \"roundStartedAt\": \"$ROUND_STARTED_AT\", \"attemptedAt\": \"$4\",
      \"secrets\": $5,
      \"body\": $(text "$6"),
      \"headers\": $7 }")
}

receive() { # name, result, now, secrets, body, headers
  receives+=("{ \"name\": $(text "$1"), \"result\": \"$2\", \"now\": $3, \"secrets\": $4,
      \"body\": $(text "$5"),
      \"headers\": $6 }")
}

# --- signing --------------------------------------------------------------------------------------------

hex_of_base64() { printf '%s' "$1" | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n'; }

hmac_hex() { # key as hex, content
  printf '%s' "$2" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$1" -binary | od -An -v -tx1 | tr -d ' \n'
}

hmac_base64() { # key as hex, content
  printf '%s' "$2" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$1" -binary | openssl base64 -A
}

hex_of_text() { printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n'; }

random_hex() { printf 'sluice vector %s' "$1" | openssl dgst -sha256 -binary | od -An -v -tx1 | tr -d ' \n'; }
random_base64() { printf 'sluice vector %s' "$1" | openssl dgst -sha256 -binary | openssl base64 -A; }

# --- Standard Webhooks, also under Fluxo's and Flowlu's bodies -----------------------------------------------

NEW=whsec_$(random_base64 new)
OLD=whsec_$(random_base64 old)
OTHER=whsec_$(random_base64 other)

v1() { # secret, id, timestamp, body
  printf 'v1,%s' "$(hmac_base64 "$(hex_of_base64 "${1#whsec_}")" "$2.$3.$4")"
}

webhook_headers() { pairs webhook-id "$1" webhook-timestamp "$2" webhook-signature "$3"; }

sent_headers() { # user agent, timestamp, signature
  pairs Content-Type application/json User-Agent "$1" webhook-id "$DELIVERY_ID" \
    webhook-timestamp "$2" webhook-signature "$3"
}

webhook_sends() { # user agent, type, data, body
  local signed; signed=$(v1 "$NEW" "$DELIVERY_ID" $T "$4")
  send 'first attempt' "$2" "$3" "$ROUND_STARTED_AT" "$(list "$NEW")" "$4" "$(sent_headers "$1" $T "$signed")"
  send 'a retry signs its own time' "$2" "$3" "$RETRIED_AT" "$(list "$NEW")" "$4" \
    "$(sent_headers "$1" $T_RETRIED "$(v1 "$NEW" "$DELIVERY_ID" $T_RETRIED "$4")")"
  send 'both secrets during a rotation, newest first' "$2" "$3" "$ROUND_STARTED_AT" "$(list "$NEW" "$OLD")" "$4" \
    "$(sent_headers "$1" $T "$signed $(v1 "$OLD" "$DELIVERY_ID" $T "$4")")"
}

webhook_receives() { # body
  local body=$1 id=$DELIVERY_ID good old secrets raw value
  good=$(v1 "$NEW" "$id" $T "$body")
  old=$(v1 "$OLD" "$id" $T "$body")
  raw=${good#v1,}
  secrets=$(list "$NEW")
  local headers; headers=$(webhook_headers "$id" $T "$good")

  receive 'good' ok $T "$secrets" "$body" "$headers"
  receive 'good: header names in capitals' ok $T "$secrets" "$body" \
    "$(pairs WEBHOOK-ID "$id" Webhook-Timestamp $T Webhook-Signature "$good")"
  receive 'good: the second of two secrets' ok $T "$(list "$OTHER" "$NEW")" "$body" "$headers"
  receive 'good: the second of two signatures' ok $T "$secrets" "$body" "$(webhook_headers "$id" $T "$old $good")"
  receive 'good: beside a version not known here' ok $T "$secrets" "$body" \
    "$(webhook_headers "$id" $T "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw_enGzPCXe5B== $good")"
  receive 'good: empty body' ok $T "$secrets" '' "$(webhook_headers "$id" $T "$(v1 "$NEW" "$id" $T '')")"
  receive 'good: 300 s old' ok $((T + 300)) "$secrets" "$body" "$headers"
  receive 'good: 300 s ahead' ok $((T - 300)) "$secrets" "$body" "$headers"

  receive 'stale: 301 s old' stale_timestamp $((T + 301)) "$secrets" "$body" "$headers"
  receive 'stale: 301 s ahead' stale_timestamp $((T - 301)) "$secrets" "$body" "$headers"
  receive 'stale, however well signed' stale_timestamp $T "$secrets" "$body" \
    "$(webhook_headers "$id" 0 "$(v1 "$NEW" "$id" 0 "$body")")"

  receive 'tampered body' bad_signature $T "$secrets" "$body " "$headers"
  receive 'other id' bad_signature $T "$secrets" "$body" "$(webhook_headers "${id}0" $T "$good")"
  receive 'other timestamp' bad_signature $T "$secrets" "$body" "$(webhook_headers "$id" $((T + 1)) "$good")"
  receive 'wrong secret' bad_signature $T "$(list "$OTHER")" "$body" "$headers"
  receive 'signature of zeros' bad_signature $T "$secrets" "$body" \
    "$(webhook_headers "$id" $T 'v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=')"

  receive 'no id' missing_header $T "$secrets" "$body" "$(pairs webhook-timestamp $T webhook-signature "$good")"
  receive 'no timestamp' missing_header $T "$secrets" "$body" "$(pairs webhook-id "$id" webhook-signature "$good")"
  receive 'no signature' missing_header $T "$secrets" "$body" "$(pairs webhook-id "$id" webhook-timestamp $T)"

  receive 'two ids' malformed_header $T "$secrets" "$body" \
    "$(pairs webhook-id "$id" webhook-id other webhook-timestamp $T webhook-signature "$good")"
  receive 'two signature headers' malformed_header $T "$secrets" "$body" \
    "$(pairs webhook-id "$id" webhook-timestamp $T webhook-signature "$old" Webhook-Signature "$good")"
  receive 'two timestamps joined by a proxy' malformed_header $T "$secrets" "$body" \
    "$(webhook_headers "$id" "$T, $T" "$good")"
  receive 'two signatures joined by a proxy' malformed_header $T "$secrets" "$body" \
    "$(webhook_headers "$id" $T "$good, $good")"
  receive 'an id that reaches into the timestamp' malformed_header $T "$secrets" "$body" \
    "$(webhook_headers "$id.$T" $T "$(v1 "$NEW" "$id.$T" $T "$body")")"
  for value in '' "${T}x" " $T" "$T " "+$T" "-$T" "0$T" "$T.0" 1.7e9 0x6553f100 1700000000000000 NaN; do
    receive "timestamp '$value'" malformed_header $T "$secrets" "$body" "$(webhook_headers "$id" "$value" "$good")"
  done
  for value in '' ' ' v1 v1, "$raw" "v1=$raw" "v1,$raw," "v1,${raw%=}" "v1,${raw}junk" "v1,${raw:4}" \
    "v1, $raw" "$good  $good" "$good " "v1a,$raw" "v2,$raw" "V1,$raw" 'v1,!!!!'; do
    receive "signature '$value'" malformed_header $T "$secrets" "$body" "$(webhook_headers "$id" $T "$value")"
  done
}

begin standard
body="{\"id\":\"$EVENT_ID\",\"type\":\"invoice.paid\",\"timestamp\":\"$OCCURRED_AT\",\"data\":{$HARD_MEMBERS}}"
webhook_sends Sluice-Webhooks/1.0 invoice.paid "{$HARD_MEMBERS}" "$body"
webhook_receives "$body"
finish

begin fluxo
data='{"id":"rev_1","status":"approved","content":{"text":"as \u00e9dited"},"version":2}'
body="{\"id\":\"$EVENT_ID\",\"event\":\"review.approved\",\"timestamp\":\"$OCCURRED_AT\",\"data\":$data}"
webhook_sends Fluxo-Webhooks/1.0 review.approved "$data" "$body"
webhook_receives "$body"
finish

begin flowlu
created='{ "current" : {"id":7,"name":"Acme"} , "previous":null}'
body='{"meta":{"module":"crm","model":"account","action":"create"},"current":{"id":7,"name":"Acme"},"previous":null}'
webhook_sends Flowlu-Webhooks/1.0 crm.account.create "$created" "$body"
webhook_receives "$body"

flowlu_send() { # name, type, data, body
  send "$1" "$2" "$3" "$ROUND_STARTED_AT" "$(list "$NEW")" "$4" \
    "$(sent_headers Flowlu-Webhooks/1.0 $T "$(v1 "$NEW" "$DELIVERY_ID" $T "$4")")"
}
flowlu_send 'previous first' task.task.update '{"previous":{"a":1},"current":{"a":1.0,"a":2}}' \
  '{"meta":{"module":"task","model":"task","action":"update"},"current":{"a":1.0,"a":2},"previous":{"a":1}}'
flowlu_send 'deleted' crm.deal.delete '{"\u0063urrent":null,"previous":{ }}' \
  '{"meta":{"module":"crm","model":"deal","action":"delete"},"current":null,"previous":{ }}'
flowlu_send 'data of another form is current' webhook.test "{$HARD_MEMBERS}" \
  "{\"meta\":{\"module\":\"webhook\",\"model\":\"\",\"action\":\"test\"},\"current\":{$HARD_MEMBERS},\"previous\":null}"
flowlu_send 'a current that is no record' ping '{"current":1,"previous":null}' \
  '{"meta":{"module":"ping","model":"","action":""},"current":{"current":1,"previous":null},"previous":null}'
flowlu_send 'two currents' a.b.c.d '{"current":{},"current":{}}' \
  '{"meta":{"module":"a","model":"b.c","action":"d"},"current":{"current":{},"current":{}},"previous":null}'
finish

# --- one hex signature over the body: FluxDesk, Flowxtra -----------------------------------------------------

body_receives() { # header, prefix, secret, other secret, body
  local name=$1 prefix=$2 secret=$3 other=$4 body=$5 hex good value
  hex=$(hmac_hex "$(hex_of_text "$secret")" "$body")
  good=$prefix$hex
  local secrets; secrets=$(list "$secret")

  receive 'good' ok $T "$secrets" "$body" "$(pairs "$name" "$good")"
  receive 'good: header name in lower case' ok $T "$secrets" "$body" \
    "$(pairs "$(printf '%s' "$name" | tr '[:upper:]' '[:lower:]')" "$good")"
  receive 'good: the second of two secrets' ok $T "$(list "$other" "$secret")" "$body" "$(pairs "$name" "$good")"
  receive 'good: years later' ok $((T + 100000000)) "$secrets" "$body" "$(pairs "$name" "$good")"
  receive 'good: empty body' ok $T "$secrets" '' "$(pairs "$name" "$prefix$(hmac_hex "$(hex_of_text "$secret")" '')")"

  receive 'tampered body' bad_signature $T "$secrets" "$body " "$(pairs "$name" "$good")"
  receive 'wrong secret' bad_signature $T "$(list "$other")" "$body" "$(pairs "$name" "$good")"
  receive 'signature of zeros' bad_signature $T "$secrets" "$body" "$(pairs "$name" "$prefix$(printf '0%.0s' {1..64})")"

  receive 'no signature' missing_header $T "$secrets" "$body" "$(pairs Content-Type application/json)"
  receive 'two signature headers' malformed_header $T "$secrets" "$body" "$(pairs "$name" "$good" "$name" "$good")"
  for value in '' "$prefix" "$hex" "${prefix%=}:$hex" "$good " " $good" "${good}00" "${good%??}" "$good, $good" \
    "$prefix$(printf '%s' "$hex" | tr a-f A-F)" "${prefix}${hex%?}g" "sha1=$hex" "$prefix$(printf '%s' "$hex" | sed 's/^../0x/')"; do
    receive "signature '$value'" malformed_header $T "$secrets" "$body" "$(pairs "$name" "$value")"
  done
}

begin fluxdesk
DESK=fdsec_$(random_hex desk)
desk_send() { # name, type, data, attempted at, secrets, body
  send "$1" "$2" "$3" "$4" "$5" "$6" "$(pairs Content-Type application/json User-Agent FluxDesk-Webhooks/1.0 \
    X-FluxDesk-Event-Type "$2" X-FluxDesk-Delivery-Id "$DELIVERY_UUID" \
    X-FluxDesk-Signature "v1=$(hmac_hex "$(hex_of_text "$DESK")" "$6")")"
}
data='{"title":"Budget for é","body":"Please look","url":"https://desk.example/t/1"}'
body='{"version":1,"type":"task_assigned","title":"Budget for é","body":"Please look","url":"https://desk.example/t/1"}'
desk_send 'first attempt' task_assigned "$data" "$ROUND_STARTED_AT" "$(list "$DESK")" "$body"
desk_send 'a retry is the same' task_assigned "$data" "$RETRIED_AT" "$(list "$DESK")" "$body"
desk_send 'only the newest secret signs' task_assigned "$data" "$ROUND_STARTED_AT" \
  "$(list "$DESK" "fdsec_$(random_hex other-desk)")" "$body"
desk_send 'hard bytes' team_support.approved "{$HARD_MEMBERS , \"t\\u0069tle\" : \"x\" }" "$ROUND_STARTED_AT" "$(list "$DESK")" \
  "{\"version\":1,\"type\":\"team_support.approved\",$HARD_MEMBERS , \"t\\u0069tle\" : \"x\" }"
desk_send 'no title' webhook.test '{}' "$ROUND_STARTED_AT" "$(list "$DESK")" \
  '{"version":1,"type":"webhook.test","title":"webhook.test","data":{}}'
desk_send 'a title that is no text' system '{"title":1}' "$ROUND_STARTED_AT" "$(list "$DESK")" \
  '{"version":1,"type":"system","title":"system","data":{"title":1}}'
desk_send 'a type of its own' system '{"title":"x","\u0074ype":"review"}' "$ROUND_STARTED_AT" "$(list "$DESK")" \
  '{"version":1,"type":"system","title":"system","data":{"title":"x","\u0074ype":"review"}}'
body_receives X-FluxDesk-Signature v1= "$DESK" "fdsec_$(random_hex other-desk)" "$body"
finish

begin flowxtra
XTRA=$(random_hex xtra)
xtra_send() { # name, type, data, attempted at, body
  send "$1" "$2" "$3" "$4" "$(list "$XTRA")" "$5" "$(pairs Content-Type application/json User-Agent Flowxtra-Webhooks/1.0 \
    X-Flowxtra-Event "$2" X-Flowxtra-Delivery "$DELIVERY_UUID" \
    X-Flowxtra-Signature "sha256=$(hmac_hex "$(hex_of_text "$XTRA")" "$5")")"
}
data='{"candidate_job_id":42,"job_id":7,"email":"jane@example.com","first_name":"Jane","last_name":"Doe","stage_id":1}'
body="{\"event\":\"application.created\",\"timestamp\":\"2023-11-14T22:13:19+00:00\",\"data\":$data}"
xtra_send 'first attempt' application.created "$data" "$ROUND_STARTED_AT" "$body"
xtra_send 'a retry is the same' application.created "$data" "$RETRIED_AT" "$body"
xtra_send 'hard bytes' webhook.test "{ $HARD_MEMBERS }" "$ROUND_STARTED_AT" \
  "{\"event\":\"webhook.test\",\"timestamp\":\"2023-11-14T22:13:19+00:00\",\"data\":{ $HARD_MEMBERS }}"
body_receives X-Flowxtra-Signature sha256= "$XTRA" "$(random_hex other-xtra)" "$body"
finish

# --- FlowBeacon: one header with time and signature ---------------------------------------------------------

begin flowbeacon
BEACON=whsec_$(random_hex beacon)
OTHER_BEACON=whsec_$(random_hex other-beacon)
fb() { hmac_hex "$(hex_of_text "$1")" "$2.$3"; } # secret, timestamp, body
beacon_send() { # name, type, data, attempted at, body: every attempt is signed with the time the round began
  send "$1" "$2" "$3" "$4" "$(list "$BEACON")" "$5" "$(pairs Content-Type application/json \
    User-Agent FlowBeacon-Webhook/1.0 X-FB-Event "$2" X-FB-Signature "t=$T,v1=$(fb "$BEACON" $T "$5")")"
}
data='{"evaluation_id":"evl_1","scenarios":[{"passing_count":2,"failing_count":0,"violations":[]}]}'
body="{\"event\":\"evaluation.complete\",\"organization_id\":\"$ORG_ID\",\"evaluation_id\":\"evl_1\",\"scenarios\":[{\"passing_count\":2,\"failing_count\":0,\"violations\":[]}]}"
beacon_send 'first attempt' evaluation.complete "$data" "$ROUND_STARTED_AT" "$body"
beacon_send 'a retry keeps the first time' evaluation.complete "$data" "$RETRIED_AT" "$body"
beacon_send 'hard bytes' evaluation.complete "{ $HARD_MEMBERS }" "$ROUND_STARTED_AT" \
  "{\"event\":\"evaluation.complete\",\"organization_id\":\"$ORG_ID\", $HARD_MEMBERS }"
beacon_send 'no members' webhook.test '{ }' "$ROUND_STARTED_AT" \
  "{\"event\":\"webhook.test\",\"organization_id\":\"$ORG_ID\" }"
beacon_send 'an event of its own' webhook.test '{"e\u0076ent":1}' "$ROUND_STARTED_AT" \
  "{\"event\":\"webhook.test\",\"organization_id\":\"$ORG_ID\",\"data\":{\"e\\u0076ent\":1}}"

hex=$(fb "$BEACON" $T "$body")
secrets=$(list "$BEACON")
beacon() { pairs X-FB-Signature "$1"; }
receive 'good' ok $T "$secrets" "$body" "$(beacon "t=$T,v1=$hex")"
receive 'good: header name in lower case' ok $T "$secrets" "$body" "$(pairs x-fb-signature "t=$T,v1=$hex")"
receive 'good: the other order' ok $T "$secrets" "$body" "$(beacon "v1=$hex,t=$T")"
receive 'good: beside a scheme not known here' ok $T "$secrets" "$body" "$(beacon "t=$T,v1=$hex,v2=abc")"
receive 'good: the second of two secrets' ok $T "$(list "$OTHER_BEACON" "$BEACON")" "$body" "$(beacon "t=$T,v1=$hex")"
receive 'good: empty body' ok $T "$secrets" '' "$(beacon "t=$T,v1=$(fb "$BEACON" $T '')")"
receive 'good: 300 s old' ok $((T + 300)) "$secrets" "$body" "$(beacon "t=$T,v1=$hex")"
receive 'good: 300 s ahead' ok $((T - 300)) "$secrets" "$body" "$(beacon "t=$T,v1=$hex")"
receive 'stale: 301 s old' stale_timestamp $((T + 301)) "$secrets" "$body" "$(beacon "t=$T,v1=$hex")"
receive 'stale: 301 s ahead' stale_timestamp $((T - 301)) "$secrets" "$body" "$(beacon "t=$T,v1=$hex")"
receive 'tampered body' bad_signature $T "$secrets" "$body " "$(beacon "t=$T,v1=$hex")"
receive 'other timestamp' bad_signature $T "$secrets" "$body" "$(beacon "t=$((T + 1)),v1=$hex")"
receive 'wrong secret' bad_signature $T "$(list "$OTHER_BEACON")" "$body" "$(beacon "t=$T,v1=$hex")"
receive 'a key without its prefix' bad_signature $T "$secrets" "$body" \
  "$(beacon "t=$T,v1=$(fb "${BEACON#whsec_}" $T "$body")")"
receive 'no signature' missing_header $T "$secrets" "$body" "$(pairs X-FB-Event evaluation.complete)"
receive 'two signature headers' malformed_header $T "$secrets" "$body" \
  "$(pairs X-FB-Signature "t=$T,v1=$hex" x-fb-signature "t=$T,v1=$hex")"
for value in '' "t=$T" "v1=$hex" "t=$T,v1=" "t=,v1=$hex" "t=$T;v1=$hex" "t=$T, v1=$hex" "t=$T,v1=$hex," \
  "t=$T,t=$T,v1=$hex" "t=$T,v1=$hex,v1=$hex" "t=$T,v1=$hex, t=$T,v1=$hex" "t=${T}x,v1=$hex" "t= $T,v1=$hex" \
  "t=0$T,v1=$hex" "t=+$T,v1=$hex" "t=$T.0,v1=$hex" "t=1.7e9,v1=$hex" "T=$T,V1=$hex" "t==$T,v1=$hex" \
  "t=$T,v1=${hex}00" "t=$T,v1=${hex%??}" "t=$T,v1=$(printf '%s' "$hex" | tr a-f A-F)" "t=$T,v1=${hex%?}g"; do
  receive "signature '$value'" malformed_header $T "$secrets" "$body" "$(beacon "$value")"
done
finish
