// The waitlist at work. Without this file a link leads from a row to the page of a move, and another ticks all boxes.

// --- Boxes: how many are ticked, and one in the heading for all of the page ---

const boxes = () => [...document.querySelectorAll("input[name=valgt]")];

function tell() {
  const count = document.querySelector(".chosen__count");
  if (!count) return;
  const ticked = boxes().filter((box) => box.checked).length;
  count.textContent = ticked ? `${count.dataset.some} ${ticked}` : count.dataset.none;
  const all = document.querySelector("th.pick input");
  if (!all) return;
  all.checked = ticked > 0 && ticked === boxes().length;
  all.indeterminate = ticked > 0 && !all.checked;
}

function offerAll() {
  const link = document.querySelector("[data-choose-all]");
  const heading = document.querySelector("th.pick");
  if (!link || !heading) return;
  const all = document.createElement("input");
  all.type = "checkbox";
  all.className = "ds-input";
  all.setAttribute("aria-label", link.textContent);
  heading.replaceChildren(all);
  link.hidden = true;
  tell();
}

document.addEventListener("change", (event) => {
  if (event.target.matches("th.pick input")) {
    for (const box of boxes()) box.checked = event.target.checked;
  }
  if (event.target.matches(".pick input")) tell();
});

offerAll();
window.addEventListener("pageshow", tell);
document.addEventListener("htmx:afterSettle", offerAll);

// --- A fact of a row: its link opens a form in the cell, Escape brings the cell back, saving brings the new row ---

const before = new WeakMap(); // what stood in a cell whose form is open, and the address of the link that opened it

document.addEventListener("click", (event) => {
  const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  const link = event.target.closest("a[data-edit]");
  if (link && plain) {
    event.preventDefault();
    open(link);
  }
  if (plain && event.target.closest("[data-cancel]")) {
    event.preventDefault();
    close(event.target.closest("td"));
  }
});

function open(link) {
  const cell = link.closest("td");
  if (cell.ariaBusy === "true") return;
  cell.ariaBusy = "true";
  const opened = { nodes: [...cell.childNodes], address: link.getAttribute("href") };
  before.set(cell, opened);
  htmx
    .ajax("GET", `${opened.address}rad/`, { target: cell, swap: "innerHTML" })
    .catch(() => location.assign(opened.address));
}

function close(cell) {
  const opened = before.get(cell);
  cell.replaceChildren(...opened.nodes);
  cell.removeAttribute("aria-busy");
  linkTo(opened.address)?.focus();
}

function linkTo(address) {
  return document.querySelector(`a[data-edit][href="${CSS.escape(address)}"]`);
}

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.(".cell-form");
  if (form && event.key === "Escape") {
    event.preventDefault();
    close(form.closest("td"));
  }
});

// What is refused comes back as the form with its reason; anything else leads to the page of the move.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (!requestConfig.path.endsWith("/rad/")) return;
  if (xhr.responseURL && !new URL(xhr.responseURL).pathname.endsWith("/rad/")) {
    event.detail.shouldSwap = false; // led on to another page: that a case is shielded now is no cell
    location.assign(xhr.responseURL);
  } else if (xhr.status === 409 || xhr.status === 422) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  } else if (xhr.status >= 400) {
    location.assign(requestConfig.path.replace(/rad\/$/, ""));
  }
});

// After it has settled: before that htmx does not listen to the form, and a quick Enter would leave the page.
document.addEventListener("htmx:afterSettle", (event) => {
  const { requestConfig } = event.detail;
  if (!requestConfig.path.endsWith("/rad/")) return;
  const form = document.querySelector(`.cell-form[hx-post="${CSS.escape(requestConfig.path)}"]`);
  if (form) {
    form.closest("td").removeAttribute("aria-busy");
    (form.querySelector("[aria-invalid=true]") ?? form.querySelector("select, input:not([type=hidden])")).focus();
    return;
  }
  const address = requestConfig.path.replace(/rad\/$/, "");
  const link = linkTo(address) ?? document.querySelector(`a[href="${CSS.escape(address.replace(/[^/]+\/$/, ""))}"]`);
  link?.focus();
  const said = document.getElementById("found");
  if (said) said.textContent = requestConfig.elt?.dataset?.saved ?? "";
  tell();
});

// --- Single keys, outside of fields and where the user has not turned them off; `?` shows which ---

const keys = document.getElementById("keys");
const rowOf = (element) => element?.closest?.("#table tbody tr");

function goTo(step) {
  const rows = [...document.querySelectorAll("#table tbody tr:has(th)")];
  const at = rows.indexOf(rowOf(document.activeElement));
  const next = at < 0 ? rows[0] : rows[at + step];
  next?.querySelector("th a").focus();
}

const inRow = (selector) => rowOf(document.activeElement)?.querySelector(selector);

const SHORTCUTS = {
  "?": () => keys.togglePopover(),
  "/": () => document.querySelector(".list-search input:not([type=hidden])")?.focus(),
  j: () => goTo(1),
  k: () => goTo(-1),
  x: () => inRow("td.pick input")?.click(),
  p: () => inRow('a[data-edit][href$="/prioritet/"]')?.click(),
  e: () => inRow('a[data-edit][href$="/ergoterapeut/"]')?.click(),
  s: () => inRow('a[data-edit][href$="/neste-steg/"]')?.click(),
  v: () => document.querySelector(".chosen button")?.focus(),
};

document.addEventListener("keydown", (event) => {
  if (!keys?.hasAttribute("data-listen") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("select, textarea, [contenteditable], input:not([type=checkbox])")) return;
  const shortcut = Object.hasOwn(SHORTCUTS, event.key) && SHORTCUTS[event.key];
  if (!shortcut) return;
  event.preventDefault();
  shortcut();
});
