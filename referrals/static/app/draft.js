// The form of a referral is kept as a draft while somebody types. Without this file a button keeps it.
//
// What is typed lies on the server and never in the browser. Of a form whose window has been signed out of, nothing is
// lost: it stays on the page until there is a session again, in which it is saved.

const AFTER = 2_000; // milliseconds without a key
const AT_LEAST_EVERY = 10_000; // while keys come all the time
const AGAIN_AFTER = 15_000; // when it could not be sent

const form = document.querySelector("form[data-draft]");
const note = document.querySelector("[data-draft-said]");
const trouble = document.querySelector("[data-draft-trouble]");

let saved = ""; // what the server has, or what the page came with
let since = 0; // when the oldest key came that is not saved
let timer = 0;
let running = null; // the save that is on its way
let isOut = false; // signed out in this window
let isLeft = false; // sent or thrown away: nothing more is kept from here
let isSaid = false; // a screen reader has been told that a draft is kept

function typed() {
  const fields = new URLSearchParams(new FormData(form));
  fields.delete("csrfmiddlewaretoken");
  fields.delete("draft_version");
  return fields.toString();
}

const isDirty = () => !isLeft && typed() !== saved;

function wait(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(save, milliseconds);
}

function soon() {
  since ||= Date.now();
  wait(Math.max(0, Math.min(AFTER, since + AT_LEAST_EVERY - Date.now())));
}

// --- Sending, one at a time ---

function send(keepalive = false) {
  const fields = new URLSearchParams(new FormData(form));
  fields.set("save_draft", "1");
  return fetch(form.action, {
    method: "POST",
    body: fields,
    headers: { "Ergo-Quiet": "1" },
    redirect: "manual",
    keepalive,
  });
}

/** Saves what is not saved yet; whether everything is saved then. */
async function save() {
  clearTimeout(timer);
  await running;
  if (!isDirty()) return !isOut;
  running = attempt().finally(() => {
    running = null;
  });
  return running;
}

async function attempt() {
  const sent = typed();
  since = 0;
  try {
    let answer = await send();
    // Somebody has signed in anew in another window: the old token of this page is no longer good.
    if (answer.status === 403 && (await renewToken())) answer = await send();
    if (answer.status === 401 || answer.status === 403) return signedOut();
    if (answer.status === 409 || answer.status === 422) return refused(await answer.json());
    if (!answer.ok) throw new Error(`${answer.status}`);
    kept(sent, await answer.json());
    return true;
  } catch {
    if (!isLeft) complain(trouble.dataset.failed);
    wait(AGAIN_AFTER);
    return false;
  }
}

/** The token of a page of one's own account; whether somebody is signed in to have one. */
async function renewToken() {
  const page = await fetch(form.dataset.account, { redirect: "manual" });
  if (!page.ok) return false;
  const token = new DOMParser()
    .parseFromString(await page.text(), "text/html")
    .querySelector("[name=csrfmiddlewaretoken]")?.value;
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
  return Boolean(token);
}

// --- What came of it ---

function kept(sent, { told, version }) {
  saved = sent;
  isOut = false;
  form.elements.draft_version.value = version;
  for (const place of document.querySelectorAll("[data-draft-told]")) place.textContent = told;
  if (!isSaid || trouble.childElementCount) note.textContent = told;
  isSaid = true;
  trouble.replaceChildren();
  if (typed() !== saved) soon();
}

function signedOut() {
  if (!isOut) complain(trouble.dataset.out, signInLink());
  isOut = true;
  return false;
}

// 409: another window was first, and this one may save over it; without a version it is refused for good.
function refused({ told, version }) {
  complain(told, version ? overwriteButton(version) : null);
  isLeft = true;
  return false;
}

function complain(text, way) {
  const told = document.createElement("p");
  told.className = "ds-paragraph";
  told.textContent = text;
  const alert = document.createElement("div");
  alert.className = "ds-alert";
  alert.dataset.color = "warning";
  alert.append(told, ...(way ? [way] : []));
  trouble.replaceChildren(alert);
}

function signInLink() {
  const link = document.createElement("a");
  link.className = "ds-link";
  link.href = form.dataset.account;
  link.target = "_blank";
  link.textContent = trouble.dataset.signIn;
  return link;
}

function overwriteButton(version) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "ds-button";
  button.dataset.variant = "secondary";
  button.dataset.size = "sm";
  button.textContent = trouble.dataset.overwrite;
  button.addEventListener("click", () => {
    form.elements.draft_version.value = version;
    isLeft = false;
    form.querySelector("[name=save_draft]").focus();
    save();
  });
  return button;
}

// --- When ---

async function submitted(event) {
  const isForDraft = event.submitter?.name === "save_draft";
  if (!isForDraft && !isOut) {
    leave();
    return;
  }
  // Signed out, the form itself would be lost on the way to the sign-in page: it goes when there is a session again.
  event.preventDefault();
  if (isForDraft) isLeft = false;
  isSaid = false;
  saved = "";
  if ((await save()) && !isForDraft) form.requestSubmit(event.submitter);
}

function leave() {
  isLeft = true;
  clearTimeout(timer);
}

function hidden() {
  if (isDirty() && !isOut) save();
}

if (form) {
  saved = form.hasAttribute("data-unsaved") ? "" : typed();
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  form.addEventListener("submit", submitted);
  document.addEventListener("submit", (event) => {
    if (event.target.matches("[data-discards]")) leave();
  });
  // Also when the window is looked at again: somebody may have signed in elsewhere meanwhile.
  document.addEventListener("visibilitychange", () => (document.hidden ? hidden() : isOut && save()));
  window.addEventListener("pagehide", () => {
    if (isDirty() && !running) send(true);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) isLeft = false;
  });
  if (isDirty()) soon();
}
