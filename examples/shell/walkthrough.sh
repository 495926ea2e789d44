#!/usr/bin/env bash
# A walk through mockrevio with curl: Rev.io's worked example, a fault, the request log, a reset.
# It starts a mock of its own that keeps nothing, or uses the one at MOCKREVIO_URL, which it resets.
set -euo pipefail

if [[ -z ${MOCKREVIO_URL:-} ]]; then
  log=$(mktemp)
  mockrevio serve --port 0 --ephemeral >"$log" &
  server=$!
  trap 'kill "$server"; rm "$log"' EXIT
  until grep -q http:// "$log"; do
    kill -0 "$server" # or else it has not started
    sleep 0.1
  done
  MOCKREVIO_URL=$(grep -o 'http://[^/ ]*' "$log")
fi
API=$MOCKREVIO_URL/v1
ADMIN=$MOCKREVIO_URL/__admin

revio() { curl --silent --show-error --user tester@acme:secret "$@"; }
admin() { curl --silent --show-error --fail "$@"; }
say() { printf '\n# %s\n' "$*"; }

admin --request POST "$ADMIN/reset" --output /dev/null

say "Which number has Salesforce, and which have customers?"
revio "$API/IntegrationSystem?system_name=SALESFORCE"; echo
revio "$API/IntegrationEntityType?entity_type_name=CUSTOMER"; echo

say "Link customer 1015 to its Salesforce account, and find it again."
link='{"integration_system_id": 4, "integration_entity_type_id": 2,
       "internal_id": 1015, "external_id": "0012D00000dAsFzQAK"}'
revio "$API/IntegrationKeyLink" --data "$link"; echo
revio "$API/IntegrationKeyLink?external_id=0012D00000dAsFzQAK"; echo

say "A customer that does not exist cannot be linked. X-Mock-Explain says more than Rev.io would."
revio --include "$API/IntegrationKeyLink" --data "${link/1015/4711}" | grep -E '^HTTP|^X-Mock-Explain|^\['

say "Rev.io is unavailable for two calls."
admin "$ADMIN/faults" --output /dev/null --data '
  {"match": {"path": "/v1/IntegrationSystem"}, "when": {"times": 2}, "effect": {"preset": "unavailable"}}'
for _ in 1 2 3; do
  revio --output /dev/null --write-out '%{http_code}\n' "$API/IntegrationSystem"
done

say "A link is created, and the answer is lost. Who looks first does not create it twice."
admin "$ADMIN/faults" --output /dev/null --data '
  {"match": {"method": "POST"}, "when": {"times": 1}, "phase": "after_commit", "effect": {"connection": "reset"}}'
revio "$API/IntegrationKeyLink" --data "${link/dAsFzQAK/dAsGaQAK}" 2>/dev/null || echo "curl ends with $?"
revio "$API/IntegrationKeyLink?external_id=0012D00000dAsGaQAK"; echo

say "The request log knows how often we have called."
admin "$ADMIN/requests/count" --data '{"match": {"path": "/v1/IntegrationSystem"}}'
admin "$ADMIN/requests/verify" --data '{"match": {"method": "POST"}, "count": 3}'

say "A reset: everything as it was at the start, ids included."
admin --request POST "$ADMIN/reset"
revio "$API/IntegrationKeyLink"; echo
