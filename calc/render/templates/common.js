"use strict";
// What both pages do: choose what is shown and in which order. Nothing is computed here.
const by = (id) => document.getElementById(id);

const make = (tag, text, ...rest) => {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  for (const part of rest) {
    if (part instanceof Node) made.append(part);
    else for (const [name, value] of Object.entries(part)) made.setAttribute(name, value);
  }
  return made;
};

const themes = ["", "light", "dark"];
by("theme").addEventListener("click", (event) => {
  const root = document.documentElement;
  const next = themes[(themes.indexOf(root.dataset.theme || "") + 1) % themes.length];
  if (next) root.dataset.theme = next; else delete root.dataset.theme;
  event.currentTarget.textContent = `Theme: ${next || "as the system"}`;
});

for (const button of document.querySelectorAll(".download")) {
  button.addEventListener("click", () => {
    const held = by(button.dataset.of).textContent;
    const text = button.dataset.type === "text/csv" ? JSON.parse(held) : held;
    const link = make("a", "", { download: button.dataset.name });
    link.href = URL.createObjectURL(new Blob([text], { type: button.dataset.type }));
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
}

// One body a line, with one row; a body of the class "group" heads those of its group.
const filter = () => {
  const lines = [...by("table").querySelectorAll("tbody.line")];
  const scope = document.querySelector("input[name=scope]:checked").value;
  const words = by("find").value.trim().toLowerCase();
  const group = by("group").value;
  const seen = new Set();
  let count = 0;
  for (const line of lines) {
    const name = `${line.dataset.metric} ${line.querySelector(".title").textContent}`.toLowerCase();
    line.hidden = !((by("everything").checked || !line.classList.contains("more"))
      && (!group || line.dataset.group === group)
      && (!scope || line.dataset.scope === scope || line.dataset.scope === "any")
      && name.includes(words));
    if (!line.hidden) { count += 1; seen.add(line.dataset.group); }
  }
  const sorted = by("table").querySelector("th[aria-sort=ascending], th[aria-sort=descending]");
  for (const head of by("table").querySelectorAll("tbody.group")) {
    head.hidden = Boolean(sorted) || !seen.has(head.dataset.group);
  }
  by("count").textContent = `${count} of ${lines.length} metrics shown`;
};
by("filters")?.addEventListener("input", filter);
by("filters")?.addEventListener("submit", (event) => event.preventDefault());

const key = (line, column, how) => {
  const cell = line.rows[0].cells[column];
  if (how === "text") return cell.querySelector(".title").textContent;
  const held = cell.querySelector("data");
  return held ? Number(held.value) : null;
};

const sortable = (table) => {
  const order = [...table.querySelectorAll("tbody")];
  const groups = order.filter((body) => body.classList.contains("group"));
  const lines = order.filter((body) => body.classList.contains("line"));
  const sort = (head, how) => {
    const next = { none: "ascending", ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")];
    for (const other of table.querySelectorAll("th[aria-sort]")) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", next);
    let rows = order;
    if (next !== "none") {
      const order = (a, b) => (how === "text" ? a.localeCompare(b, "en") : a < b ? -1 : Number(a > b));
      const keyed = lines.map((line) => [key(line, head.cellIndex, how), line]);
      const known = keyed.filter(([value]) => value !== null).sort((a, b) => order(a[0], b[0]));
      if (next === "descending") known.reverse();
      const rest = keyed.filter(([value]) => value === null);
      rows = [...groups, ...[...known, ...rest].map(([, line]) => line)];
    }
    table.append(...rows);
    filter();
  };
  for (const button of table.querySelectorAll(".sort")) {
    button.addEventListener("click", () => sort(button.closest("th"), button.dataset.by));
  }
  filter();
};

// A link to a working opens it.
const open = () => {
  const target = by(decodeURIComponent(location.hash.slice(1)));
  if (target && target.tagName === "DETAILS") { target.open = true; target.scrollIntoView(); }
};
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#w-']");
  if (link && link.hash === location.hash) open();
});
window.addEventListener("hashchange", open);
