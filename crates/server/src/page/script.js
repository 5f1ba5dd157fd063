"use strict";

const at = (id) => document.getElementById(id);

const element = (name, text, className) => {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = String(text);
  if (className) made.className = className;
  return made;
};

const question = () => {
  const body = { address: at("address").value.trim() };
  for (const name of ["direction", "usd", "as_of"]) {
    const value = at(name).value.trim();
    if (value) body[name] = value;
  }
  return body;
};

const quoted = (text) => "'" + text.replaceAll("'", "'\\''") + "'";

const showCurl = () => {
  const key = at("key").value ? " \\\n  -H \"Authorization: Bearer $HAWKSHAW_KEY\"" : "";
  at("curl").textContent = `curl ${location.origin}/v1/screen/address${key} \\\n` +
    "  -H 'Content-Type: application/json' \\\n  -d " + quoted(JSON.stringify(question()));
};

const table = (title, columns, rows) => {
  const made = element("table");
  made.append(element("caption", title));
  const head = element("tr");
  for (const column of columns) head.append(element("th", column));
  made.append(head);
  for (const row of rows) {
    const line = element("tr");
    for (const cell of row) {
      const box = element("td", cell ?? "–");
      // Addresses and links may be broken anywhere, words nowhere.
      if (/\S{25}/.test(cell ?? "")) box.className = "long";
      line.append(box);
    }
    made.append(line);
  }
  return made;
};

const day = (seconds) =>
  Number.isFinite(seconds) ? new Date(seconds * 1000).toISOString().slice(0, 10) : null;

const byPolicy = (values) => values
  ? Object.entries(values).map(([policy, value]) => `${policy} ${value ?? "?"}`).join(", ")
  : null;

const exposureRow = (entry) => [
  entry.category.name, entry.kind, entry.source?.name ?? `${entry.sources} sources together`,
  entry.asset, byPolicy(entry.usd), byPolicy(entry.share), entry.hops, day(entry.last_time),
  (entry.path ?? []).map((step) => step.account)
    .join(entry.direction === "sent" ? " → " : " ← ") || null,
];

const show = (answer) => {
  at("verdict").hidden = false;
  at("action").textContent = answer.action;
  at("action").className = answer.action;
  at("status").textContent = answer.status.replaceAll("_", " ") +
    (answer.rule ? ` · rule “${answer.rule}”` : " · no rule applied, the default did");
  at("account").textContent = [answer.chain, answer.address].filter(Boolean).join(" · ");
  at("reasons").replaceChildren(...(answer.reasons ?? []).map((reason) =>
    element("li", typeof reason === "string" ? reason : reason.text)));
  const known = [];
  const matches = answer.matches ?? [];
  const listed = matches.filter((match) => match.type === "listing");
  if (listed.length) {
    const columns = ["list", "as", "category", "since", "until", "claim"];
    known.push(table("Listed", columns, listed.map((match) => [
      match.list.name, match.label, match.category.name, day(match.added), day(match.removed),
      match.source,
    ])));
  }
  for (const side of ["received", "sent"]) {
    const rows = matches
      .filter((match) => match.type === "exposure" && match.direction === side)
      .map(exposureRow);
    const columns = ["category", "how", "source", "asset", "US dollars", "share", "hops", "last", "way"];
    if (rows.length) known.push(table(`What it ${side}`, columns, rows));
  }
  for (const note of answer.notes ?? []) known.push(element("p", note, "version"));
  at("known").replaceChildren(...known);
  at("version").textContent = answer.data_version;
  at("json").textContent = JSON.stringify(answer, null, 2);
};

const fail = (text) => {
  at("verdict").hidden = false;
  at("action").textContent = "no answer";
  at("action").className = "failed";
  at("status").textContent = text;
  for (const id of ["account", "version", "json"]) at(id).textContent = "";
  for (const id of ["reasons", "known"]) at(id).replaceChildren();
};

const ask = async (event) => {
  event.preventDefault();
  const headers = { "Content-Type": "application/json" };
  if (at("key").value) headers.Authorization = `Bearer ${at("key").value}`;
  try {
    const response = await fetch("v1/screen/address", {
      method: "POST", headers, body: JSON.stringify(question()),
    });
    const said = await response.json();
    if (response.ok) show(said); else fail(`${said.title}: ${said.detail}`);
  } catch (error) {
    fail(`the service cannot be reached: ${error.message}`);
  }
};

const tellState = async () => {
  try {
    const response = await fetch("readyz");
    const said = await response.json();
    at("state").textContent = response.ok ? "ready" : said.detail;
  } catch {
    at("state").textContent = "the service cannot be reached";
  }
};

at("ask").addEventListener("submit", ask);
at("ask").addEventListener("input", showCurl);
// An address behind `#` is asked about at once; browsers do not send that part to anybody.
if (location.hash.length > 1) {
  const asked = location.hash.slice(1);
  try {
    at("address").value = decodeURIComponent(asked);
  } catch {
    at("address").value = asked;
  }
  at("ask").requestSubmit();
}
showCurl();
tellState();
