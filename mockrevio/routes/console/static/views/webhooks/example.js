// How to try webhooks: a receiver, its subscription, and an event, as commands to copy.

import { html, useState } from "../../lib/html.js";
import { mockAddress } from "../../lib/address.js";
import { address } from "../../lib/api.js";
import { ownLogin } from "../../lib/credentials.js";
import { BASIC } from "../../lib/snippets.js";
import { Code } from "../../ui/code.js";
import { Tabs } from "../../ui/tabs.js";

const PORT = 5099;

const RECEIVER = `python3 - <<'END'
from http.server import BaseHTTPRequestHandler, HTTPServer

class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        print(self.rfile.read(int(self.headers["Content-Length"])).decode(), flush=True)
        self.send_response(200)
        if "X-Hook-Secret" in self.headers:
            self.send_header("X-Hook-Secret", self.headers["X-Hook-Secret"])
        self.end_headers()

HTTPServer(("127.0.0.1", ${PORT}), Receiver).serve_forever()
END`;

export function Example() {
  const [step, setStep] = useState("receiver");
  const steps = {
    receiver: ["1. Start a receiver", RECEIVER],
    subscribe: ["2. Subscribe it", `curl -H 'Content-Type: application/json' \\\n  -d '{"url": "http://127.0.0.1:${PORT}/hook", "event_types": ["PAYMENT_CREATED"]}' \\\n  '${address("webhooks/receivers").href}'`],
    event: ["3. Let something happen", `curl -u '${ownLogin()}:${BASIC.password}' -H 'Content-Type: application/json' \\\n  -d '{"customer_id": 1015, "amount": 49.95}' \\\n  '${mockAddress}/v1/Payments'`],
  };
  return html`<${Tabs} label="How to try it" current=${step} onChange=${setStep} tabs=${Object.entries(steps).map(([name, [title]]) => [name, title])}>
    <${Code} text=${steps[step][1]} label=${steps[step][0]} />
  <//>`;
}
