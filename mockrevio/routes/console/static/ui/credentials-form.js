// The form for the credentials that calls from this page are sent with.

import { html, useEffect, useState } from "../lib/html.js";
import { get } from "../lib/api.js";
import { chooseCredentials, credentials, suggestedCredentials } from "../lib/credentials.js";
import { useLoad } from "../lib/load.js";
import { useStore } from "../lib/store.js";
import { Button } from "./basics.js";
import { Dialog } from "./dialog.js";
import { TextField } from "./forms.js";

/** A dialog that chooses them; `onChosen` gets them. `user` is what the form starts with, if none were chosen. */
export function CredentialsDialog({ user, action = "Use these", onChosen, onClose }) {
  const chosen = useStore(credentials);
  const overview = useLoad(() => get("overview"), []);
  const [form, setForm] = useState(chosen);
  useEffect(() => { // suggestions need to know what the server accepts
    if (form === null && (overview.data || overview.error)) setForm(suggestedCredentials(overview.data, user));
  }, [overview.data, overview.error]);
  const values = form ?? { user: "", password: "", key: "" };
  const change = (name) => (value) => setForm({ ...values, [name]: value });
  const submit = () => {
    chooseCredentials(values);
    onChosen(values);
  };
  const logins = overview.data?.logins ?? [];
  const foot = html`<${Button} onClick=${onClose}>Cancel<//><${Button} kind="primary" type="submit" disabled=${form === null}>${action}<//>`;
  return html`<${Dialog} title="Credentials" foot=${foot} onClose=${onClose} onSubmit=${submit}>
    <p class="muted">Calls from this page are sent with these. They are kept until you close this tab.</p>
    <${TextField} label="User" value=${values.user} onValue=${change("user")} placeholder="login@clientcode"
      help=${logins.length ? `The mock knows ${logins.join(", ")}.` : "Any login and client code will do, such as you@acme. Empty: send none."} />
    <${TextField} label="Password" type="password" value=${values.password} onValue=${change("password")} />
    ${(overview.data?.subscription_key || values.key) && html`<${TextField} label="Subscription key" value=${values.key} onValue=${change("key")}
      help="Sent as Ocp-Apim-Subscription-Key, because the mock was told to ask for it." />`}
  <//>`;
}

/** Says which credentials are used, with a button that changes them. `suggested` is the user, until some are chosen. */
export function CredentialsChoice({ user, suggested }) {
  const chosen = useStore(credentials);
  const [open, setOpen] = useState(false);
  return html`<span class="row small"><span class="muted">as <strong>${(chosen ? chosen.user : suggested) || "nobody"}</strong></span>
    <${Button} small kind="quiet" icon="key-round" label="Change the credentials" onClick=${() => setOpen(true)}>Change<//>
    ${open && html`<${CredentialsDialog} user=${user} onClose=${() => setOpen(false)} onChosen=${() => setOpen(false)} />`}</span>`;
}
