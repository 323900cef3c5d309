// The pages work without this file. It adds some comforts: a form is sent once, single keys, a filter keeps the sort,
// headings of a list stay in sight, the maps are walked with the arrow keys, and a slider says its day as it is drawn.

// --- A form is sent once: a second press while the first is on its way does nothing ---

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});

// The back button may bring the page as it was left, with its forms marked as sent.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
});

// --- Single keys: what has aria-keyshortcuts is pressed or chosen by its key, outside of fields that one types in ---

const TYPED_IN =
  'input:not([type="radio"], [type="checkbox"]), textarea, select, dialog, [popover], [contenteditable]';

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.length !== 1 || event.target.closest(TYPED_IN)) return;
  const control = document.querySelector(`[aria-keyshortcuts="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!control) return;
  event.preventDefault();
  control.focus();
  control.click();
});

// --- A filter keeps the sort of the list it stands above, and leaves empty fields out of the address ---

document.addEventListener("htmx:configRequest", (event) => {
  const form = event.target;
  if (!form.matches("form.filter")) return;
  const { parameters, triggeringEvent } = event.detail;
  const list = document.querySelector(`${form.getAttribute("hx-target")} [data-sort]`);
  const heading = triggeringEvent?.submitter?.closest("th");
  if (list && !heading) parameters[list.dataset.sortField] = list.dataset.sort;
  for (const name of Object.keys(parameters)) {
    if (parameters[name] === "") delete parameters[name];
  }
});

// --- A list that fits its place does not scroll sideways, so its headings can stick to the window ---

const fitting = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    target.toggleAttribute("data-fits", target.firstElementChild.offsetWidth <= target.clientWidth);
  }
});

function watchLists() {
  fitting.disconnect();
  for (const region of document.querySelectorAll(".table-region")) fitting.observe(region);
}

watchLists();
document.addEventListener("htmx:afterSettle", watchLists);

// --- Maps: one stop for the Tab key, arrow keys go to the nearest tile or area in that direction ---

const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const SIDEWAYS = 2.5; // a step aside counts as so many steps ahead

function placeOf(link) {
  if (link.dataset.x) return [Number(link.dataset.x), Number(link.dataset.y)]; // an area of the map of boundaries
  const [, column, row] = link.parentElement.className.match(/c(\d+) r(\d+)/);
  return [Number(column), Number(row)];
}

function nearest([column, row], [dx, dy], places) {
  let best = null;
  let least = Infinity;
  for (const [link, [x, y]] of places) {
    const ahead = (x - column) * dx + (y - row) * dy;
    if (ahead <= 0) continue;
    const aside = Math.abs((x - column) * dy) + Math.abs((y - row) * dx);
    const distance = ahead + aside * SIDEWAYS;
    if (distance < least) [best, least] = [link, distance];
  }
  return best;
}

// Where each key leads from each link. One that is nobody's nearest is put between a neighbour and where that leads.
function stepsBetween(places) {
  const steps = new Map();
  for (const [link, place] of places) {
    const leads = Object.entries(DIRECTIONS).map(([key, way]) => [key, nearest(place, way, places)]);
    steps.set(link, Object.fromEntries(leads));
  }
  const reached = new Map();
  const reach = (first) => {
    const found = [first];
    for (let link = found.pop(); link; link = found.pop()) {
      if (reached.has(link)) continue;
      reached.set(link, places.get(link));
      found.push(...Object.values(steps.get(link)).filter(Boolean));
    }
  };
  reach(places.keys().next().value);
  for (const [link, place] of places) {
    if (reached.has(link)) continue;
    for (const [key, [dx, dy]] of Object.entries(DIRECTIONS)) {
      const before = nearest(place, [-dx, -dy], reached);
      if (!before) continue;
      steps.get(link)[key] = steps.get(before)[key];
      steps.get(before)[key] = link;
      break;
    }
    reach(link);
  }
  return steps;
}

for (const map of document.querySelectorAll("[data-tilemap]")) {
  const places = new Map([...map.querySelectorAll("a")].map((link) => [link, placeOf(link)]));
  const stopAt = (chosen) => {
    for (const link of places.keys()) link.tabIndex = link === chosen ? 0 : -1;
  };
  stopAt(places.keys().next().value);
  let steps = null;
  map.addEventListener("focusin", (event) => {
    if (places.has(event.target)) stopAt(event.target);
  });
  map.addEventListener("keydown", (event) => {
    if (!DIRECTIONS[event.key] || !places.has(event.target)) return;
    steps ??= stepsBetween(places);
    const next = steps.get(event.target)[event.key];
    if (next) {
      event.preventDefault();
      next.focus();
    }
  });
}

// --- A slider over months says which day it stands for while it is drawn; without this it says so when it is shown ---

function monthEnd(number) {
  const end = new Date(2018, number, 0); // the first of 2018 is 1, and the day before a month is the end of the last
  const digits = (value) => String(value).padStart(2, "0");
  return `${digits(end.getDate())}.${digits(end.getMonth() + 1)}.${end.getFullYear()}`;
}

for (const slider of document.querySelectorAll(".day-slider input[type=range]")) {
  const output = slider.form.querySelector("output");
  slider.setAttribute("aria-valuetext", output.textContent);
  slider.addEventListener("input", () => {
    const day = slider.value === slider.max ? slider.dataset.today : monthEnd(Number(slider.value));
    output.textContent = day;
    slider.setAttribute("aria-valuetext", day);
  });
}
