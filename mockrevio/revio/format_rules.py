"""Rules about names and formats, for docs/fidelity.md. No request is decided by them."""

from __future__ import annotations

from mockrevio.revio.behaviours import BEHAVIOURS, parse_table

FORMAT_RULES = parse_table("""
path.hosts | D | Rev.io is at https://restapi.rev.io/v1/ and https://api.revioapi.com/v1/
path.endpoints | D integration-linking-solution | a record is at /v1/Endpoint/{id}
auth.user_name | D basic-authentication | the user name is login@clientcode
auth.at_in_login | D basic-authentication | logins that contain @ fail for some users | strict_login
auth.instance | D basic-authentication | each client code has its own instance | isolate_clients
auth.challenge | A | a 401 has the header WWW-Authenticate: Basic realm="Rev.io"
gateway.key_header | D API management | the subscription key is in the header Ocp-Apim-Subscription-Key
gateway.key_parameter | G | or in the query parameter subscription-key
gateway.order | G | the key is checked first, then rate limit, quota, and Basic authentication
gateway.bodies | G | gateway bodies are plain objects with statusCode and message, and Retry-After for limits
gateway.retry_seconds | C | clients wait for the first number in a 429's message, plus one second
page.size | D paging | page_size is from 1 to 500, 10 by default; page starts at 1
sort.ties | A | ties and unsorted collections are in the order of the record's own id
record.endpoints | C C1 | the 55 endpoints, the names of their fields and what they refer to
record.methods | C C1 C2 C3 C4 C5 C6 | the records that key links point at take POST, PUT, PATCH and DELETE
record.read_only | A | other records are read-only, except Orders, Notes, Tickets and TicketJournals
record.unset | D collections | unset fields are null, except some texts of products ("") and some ids (0)
record.unset_dates | C C2 C5 | some clients have received 0001-01-01T00:00:00 instead of null | unset_dates
record.created | C C1 | the server sets created_date, and on every change updated_date and similar fields
record.created_by | C C2 | created_by and other references to users are ids of users
record.caller | A | the caller is the user with this login, who is added if missing
record.pairs | A | ids of OrderServices, OrderServiceProducts and ServiceInventory may repeat
record.note_parent | D response-body | a note without a customer gets a 400
record.patch | C C2 C3 | PATCH takes a JSON Patch (RFC 6902) and responds with the id
record.references | A | references between records are not checked; only a note requires a field
body.types | C | request bodies are application/json or text/json
body.transfer | C | request bodies may be chunked, or sent after Expect: 100-continue
link.fields | D integration-linking-solution | the four fields that a create must send
link.own_fields | A | integration_key_link_id, created_date, created_by | key_link_id
link.salesforce | D integration-linking-solution | SALESFORCE is system 4, CUSTOMER is entity type 2
link.other_ids | A | every other id, and the names of the other systems
link.many | D integration-linking-solution | a record may have several external ids
link.update | A | a PUT is checked like a create; id, created_date and created_by stay
link.patch | A | PATCH of a key link gets a 405
link.orphans | A | deleting a record does not delete its key links
link.ids | A | ids count up and are never reused
status.body | A | the body of SystemStatus is {"ok": true}
search.repeated_control | A | of several values of page, page_size or sort, the first counts
sort.null_first | A | null sorts before numbers, and numbers before text
auth.client_length | A | a client code has at most 64 bytes
body.depth | A | JSON may be nested 64 levels deep
value.long_text | A | bodies, notes, comments, descriptions and messages are as long as the body allows
value.integers | A | ids are 32-bit integers
value.time_zone | A | dates are in UTC
error.reason_phrases | A | reason phrases are those of ASP.NET
provisioning.disconnected | A | a disconnected product has the status DISCONNECTED and a canceled_date
provisioning.unassigned | A | disconnecting or deleting a service unassigns its inventory items
search.range_bounds | A | both bounds are included; a date without a time as the upper bound covers that day
webhook.notification | D webhook-notifications | JSON with the event's id and type, a date and an object id
webhook.member_names | A | they are called event_id, event_type, created_date and object_id
webhook.types | A | ENTITY_TYPE_CREATED, _UPDATED, _DELETED, INVENTORY_ASSIGNED, _UNASSIGNED; case is ignored
webhook.deleted | D webhook-receivers | a deleted receiver gets nothing more; A: its subscriptions go too
webhook.order | A | each receiver gets its notifications in order; a failed one delays the next
webhook.retries | A | after a failure, retries follow after 10 s, 1, 5 and 30 min; any 2xx is a success
webhook.event_ids | A | event ids count up, and do not change when a notification is resent
value.date | D | dates look like 2016-10-21T16:24:21.293
method.head | A | HEAD responds like GET, without a body
error.statuses | D status-codes | 400, 401, 403, 404, 405, 429 and 5xx
error.other_statuses | A | 413 and 415
error.codes | A | the error codes, the messages, and field
""")
"""Rules about names and formats. They apply to every response, so they are not counted."""

RULES = {**BEHAVIOURS, **FORMAT_RULES}
"""Every rule by name."""
