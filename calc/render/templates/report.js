"use strict";
// Chooses what is shown and in which order. It computes nothing: every number stands in the page.
(() => {
  const by = (id) => document.getElementById(id);
  const root = document.documentElement;

  const themes = ["", "light", "dark"];
  const names = { "": "as the system", light: "light", dark: "dark" };
  by("theme").addEventListener("click", (event) => {
    const next = themes[(themes.indexOf(root.dataset.theme || "") + 1) % themes.length];
    if (next) root.dataset.theme = next; else delete root.dataset.theme;
    event.currentTarget.textContent = `Theme: ${names[next]}`;
  });

  for (const button of document.querySelectorAll(".download")) {
    button.addEventListener("click", () => {
      const held = by(button.dataset.of).textContent;
      const text = button.dataset.type === "text/csv" ? JSON.parse(held) : held;
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: button.dataset.type }));
      link.download = button.dataset.name;
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    });
  }

  const table = by("table");
  const lines = [...table.querySelectorAll("tbody.line")];
  const order = [...table.querySelectorAll("tbody")];
  const groups = [...table.querySelectorAll("tbody.group")];

  const filter = () => {
    const group = by("group").value;
    const chosen = document.querySelector("input[name=scope]:checked");
    const scope = chosen ? chosen.value : "";
    const words = by("find").value.trim().toLowerCase();
    const seen = new Set();
    let count = 0;
    for (const line of lines) {
      const name = `${line.dataset.metric} ${line.querySelector(".title").textContent}`.toLowerCase();
      const shown = (by("everything").checked || !line.classList.contains("more"))
        && (!group || line.dataset.group === group)
        && (!scope || line.dataset.scope === scope || line.dataset.scope === "any")
        && name.includes(words);
      line.hidden = !shown;
      if (shown) { count += 1; seen.add(line.dataset.group); }
    }
    const sorted = table.querySelector("th[aria-sort=ascending], th[aria-sort=descending]");
    for (const head of groups) head.hidden = Boolean(sorted) || !seen.has(head.dataset.group);
    by("count").textContent = `${count} of ${lines.length} metrics shown`;
  };
  by("filters").addEventListener("input", filter);
  by("filters").addEventListener("submit", (event) => event.preventDefault());

  const key = (line, column, how) => {
    const cell = line.rows[0].cells[column];
    if (how === "text") return cell.querySelector(".title").textContent;
    const held = cell.querySelector("data");
    return held ? Number(held.value) : null;
  };
  const sort = (head, how) => {
    const next = { none: "ascending", ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")];
    for (const other of table.querySelectorAll("th[aria-sort]")) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", next);
    let rows = order;
    if (next !== "none") {
      const sign = next === "ascending" ? 1 : -1;
      const compare = (a, b) => (how === "text" ? a.localeCompare(b, "en") : a - b) * sign;
      const keyed = lines.map((line) => [key(line, head.cellIndex, how), line]);
      const known = keyed.filter(([value]) => value !== null).sort((a, b) => compare(a[0], b[0]));
      const rest = keyed.filter(([value]) => value === null);
      rows = [...groups, ...[...known, ...rest].map(([, line]) => line)];
    }
    table.append(...rows);
    filter();
  };
  for (const button of table.querySelectorAll(".sort")) {
    button.addEventListener("click", () => sort(button.closest("th"), button.dataset.by));
  }

  // A link to a working opens it.
  const open = () => {
    const target = by(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") { target.open = true; target.scrollIntoView(); }
  };
  window.addEventListener("hashchange", open);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#w-']");
    if (link && link.hash === location.hash) open();
  });
  filter();
  open();
})();
