#!/usr/bin/env bash
# A walkthrough of mockrevio with curl: Rev.io's worked example, faults, the request log, a reset.
# It starts an ephemeral mock, or uses the one at MOCKREVIO_URL and resets it.
set -euo pipefail

if [[ -z ${MOCKREVIO_URL:-} ]]; then
  log=$(mktemp)
  mockrevio serve --port 0 --ephemeral >"$log" &
  server=$!
  trap 'kill "$server"; rm "$log"' EXIT
  until grep -q http:// "$log"; do
    kill -0 "$server" # ends the script if the server failed to start
    sleep 0.1
  done
  MOCKREVIO_URL=$(grep -m 1 -o 'http://[^/ ]*' "$log")
fi
API=$MOCKREVIO_URL/v1
ADMIN=$MOCKREVIO_URL/__admin

revio() { curl --silent --show-error --user tester@acme:secret "$@"; }
admin() { curl --silent --show-error --fail "$@"; }
step() { printf '\n# %s\n' "$*"; }

admin --request POST "$ADMIN/reset" --output /dev/null

step "Look up the ids of Salesforce and of the entity type CUSTOMER."
revio "$API/IntegrationSystem?system_name=SALESFORCE"; echo
revio "$API/IntegrationEntityType?entity_type_name=CUSTOMER"; echo

step "Link customer 1015 to its Salesforce account, then find the link."
link='{"integration_system_id": 4, "integration_entity_type_id": 2,
       "internal_id": 1015, "external_id": "0012D00000dAsFzQAK"}'
revio "$API/IntegrationKeyLink" --data "$link"; echo
revio "$API/IntegrationKeyLink?external_id=0012D00000dAsFzQAK"; echo

step "Try to link a customer that does not exist. X-Mock-Explain says more than Rev.io would."
revio --include "$API/IntegrationKeyLink" --data "${link/1015/4711}" | grep -E '^HTTP|^X-Mock-Explain|^\['

step "Make Rev.io unavailable for two calls."
admin "$ADMIN/faults" --output /dev/null --data '
  {"match": {"path": "/v1/IntegrationSystem"}, "when": {"times": 2}, "effect": {"preset": "unavailable"}}'
for _ in 1 2 3; do
  revio --output /dev/null --write-out '%{http_code}\n' "$API/IntegrationSystem"
done

step "Create a link, but lose the response. Looking it up first avoids creating it twice."
admin "$ADMIN/faults" --output /dev/null --data '
  {"match": {"method": "POST"}, "when": {"times": 1}, "phase": "after_commit", "effect": {"connection": "reset"}}'
revio "$API/IntegrationKeyLink" --data "${link/dAsFzQAK/dAsGaQAK}" 2>/dev/null || echo "curl ends with $?"
revio "$API/IntegrationKeyLink?external_id=0012D00000dAsGaQAK"; echo

step "Count calls in the request log, and verify that exactly three were POSTs."
admin "$ADMIN/requests/count" --data '{"match": {"path": "/v1/IntegrationSystem"}}'
admin "$ADMIN/requests/verify" --data '{"match": {"method": "POST"}, "count": 3}'

step "Reset the world to its fixture, including the id counters."
admin --request POST "$ADMIN/reset"
revio "$API/IntegrationKeyLink"; echo
