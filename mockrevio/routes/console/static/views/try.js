// Try it: an explorer of Rev.io's API, made from the mock's own OpenAPI document.

import { html, useEffect, useMemo, useRef, useState } from "../lib/html.js";
import { get } from "../lib/api.js";
import { credentials, suggestedCredentials } from "../lib/credentials.js";
import { useDebounced, useLoad } from "../lib/load.js";
import { currentRoute, href, replace, setParams, useRoute } from "../lib/router.js";
import { send } from "../lib/send.js";
import { asTest, BASIC, callSnippets } from "../lib/snippets.js";
import { useStore } from "../lib/store.js";
import { wordsOf } from "../lib/words.js";
import { Button, Empty, Loaded, PageHead, Panel } from "../ui/basics.js";
import { CredentialsChoice } from "../ui/credentials-form.js";
import { SearchField } from "../ui/forms.js";
import { Evidence, Method } from "../ui/revio.js";
import { Snippets } from "../ui/snippets.js";
import { Answer } from "./try/answer.js";
import { callFrom, FIND, mistakesIn, paramsFrom, valuesFrom } from "./try/call.js";
import { Fields } from "./try/form.js";
import { History, remember } from "./try/history.js";
import { findOperation, groups, loadDocument } from "./try/operations.js";

export default function Try() {
  const { rest: [id], params } = useRoute();
  const state = useLoad(loadDocument, []);
  return html`<div class="stack">
    <${PageHead} title="Try it">Send a call to the mock and see the answer, why it is so, and the code for it.
      The calls are real: what they write stays.<//>
    <${Loaded} state=${state} lines=${10}>${(api) => html`<div class=${id ? "try chosen" : "try"}>
      <${Browser} api=${api} chosen=${id} find=${params[FIND] ?? ""} />
      <div class="stack"><${Chosen} api=${api} id=${id} /><${History} /></div>
    </div>`}<//>
  </div>`;
}

function Browser({ api, chosen, find }) {
  const words = wordsOf(find);
  const found = useMemo(() => groups(api, words), [api, find]);
  const count = found.reduce((sum, [, entries]) => sum + entries.length, 0);
  return html`<nav class="panel try-list" aria-label="Operations">
    <h2 class="visually-hidden">Operations</h2>
    <div class="try-find"><${SearchField} label="Find an operation" value=${find} onValue=${(text) => setParams({ [FIND]: text })} />
      <span class="small muted" role="status">${words.length ? `${count} found` : `${count} operations`}</span></div>
    ${found.map(([tag, entries]) => html`<details key=${tag} open=${words.length > 0 || entries.some((each) => each.id === chosen) || (!chosen && tag === found[0][0])}>
      <summary>${tag}</summary>
      <ul>${entries.map((each) => html`<li key=${each.id}><a href=${href("try", each.id, { [FIND]: find })} aria-current=${each.id === chosen ? "page" : undefined}>
        <${Method} method=${each.method} /><span title=${each.path}>${each.title}</span></a></li>`)}</ul>
    </details>`)}
  </nav>`;
}

function Chosen({ api, id }) {
  const operation = useMemo(() => (id ? findOperation(api, id) : null), [api, id]);
  if (operation) return html`<${Operation} key=${id} operation=${operation} />`;
  if (id) return html`<${Panel}><${Empty} icon="circle-alert" title="There is no such operation" actions=${html`<a class="button" href=${href("try")}>All operations</a>`}>
    The mock's document has no operation ${id}. With another fixture it may have more.<//><//>`;
  return html`<${Panel}><${Empty} icon="square-terminal" title="Choose an operation" actions=${html`
      <a class="button primary" href=${href("try", "listIntegrationKeyLink")}>Search the key links</a>
      <a class="button" href=${href("try", "createIntegrationKeyLink")}>Create one</a>`}>
    Everything that the mock answers is listed, with its parameters and an example.<//><//>`;
}

/** The values of the form. They follow the address, and the address follows them. */
function useValues(operation) {
  const { params } = useRoute();
  const { [FIND]: find, ...own } = params;
  const address = JSON.stringify(own);
  const [values, setValues] = useState(() => valuesFrom(operation, own));
  const written = useRef(address);
  useEffect(() => { // another address: a link, Back, or a call of the history
    if (address !== written.current) setValues(valuesFrom(operation, own));
    written.current = address;
  }, [address]);
  const settled = useDebounced(values, 300);
  useEffect(() => {
    const next = paramsFrom(operation, settled);
    if (settled !== values || JSON.stringify(next) === written.current || currentRoute().rest[0] !== operation.id) return;
    written.current = JSON.stringify(next);
    replace("try", operation.id, { ...next, [FIND]: find });
  }, [settled]);
  return [values, (name, value) => setValues((before) => ({ ...before, [name]: value }))];
}

function useSending() {
  const [state, setState] = useState({ answer: null, sending: null });
  const turn = useRef(null);
  useEffect(() => () => turn.current?.abort(), []);
  const start = async (call, chosen) => {
    turn.current?.abort();
    const controller = new AbortController();
    turn.current = controller;
    setState({ answer: null, sending: controller });
    const answer = await send(call, chosen, controller.signal).catch((error) => ({ id: null, status: null, headers: {}, text: "", ms: null, error: error.name === "AbortError" ? "You stopped waiting for an answer." : error.message }));
    if (turn.current === controller) setState({ answer, sending: null });
    return answer;
  };
  return { ...state, start };
}

function Operation({ operation }) {
  const [values, setValue] = useValues(operation);
  const [mistakes, setMistakes] = useState({});
  const overview = useLoad(() => get("overview"), []);
  const chosen = useStore(credentials) ?? suggestedCredentials(overview.data);
  const { answer, sending, start } = useSending();
  const call = callFrom(operation, values);
  const submit = async (event) => {
    event?.preventDefault();
    const found = mistakesIn(operation, values);
    setMistakes(found);
    if (Object.keys(found).length) return;
    const time = new Date().toTimeString().slice(0, 8);
    const link = href("try", operation.id, paramsFrom(operation, values));
    const { status, ms, error } = await start(call, chosen);
    remember({ href: link, method: call.method, path: call.path, status, ms, time, delivered: error && status ? "broken" : null });
  };
  const onKey = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
  };
  const password = overview.data?.logins.length ? "PASSWORD" : BASIC.password;
  const written = { ...call, login: chosen.user || null, password, status: answer?.status ?? operation.success };
  const programs = [...callSnippets(written), ["pytest", asTest(written)]];
  return html`
    <section class="panel" aria-label=${operation.summary}>
      <div class="panel-head try-head">
        <a class="try-back small" href=${href("try")}>All operations</a>
        <h2>${operation.summary}</h2>
        ${operation.evidence && html`<${Evidence} label=${operation.evidence} title="How sure we are that Rev.io has it" />`}
        <a class="small" href=${`docs#revio/${operation.id}`}>Reference</a>
      </div>
      <form class="panel-body stack" onSubmit=${submit} onKeyDown=${onKey} novalidate>
        <p class="try-path"><${Method} method=${operation.method} /> <code class="anywhere">${operation.path}</code></p>
        ${operation.description && html`<p class="muted try-text">${operation.description.replaceAll("`", "")}</p>`}
        <${Fields} operation=${operation} values=${values} mistakes=${mistakes} onValue=${setValue} />
        <div class="row spread">
          <span class="row"><${Button} kind="primary" type="submit" icon="send" disabled=${sending !== null}>Send<//><kbd>Ctrl</kbd><kbd>Enter</kbd></span>
          <${CredentialsChoice} suggested=${chosen.user} />
        </div>
      </form>
    </section>
    <${Answer} answer=${answer} waiting=${sending !== null} onCancel=${() => sending.abort()} />
    <${Panel} title="As code"><${Snippets} programs=${programs} /><//>`;
}
