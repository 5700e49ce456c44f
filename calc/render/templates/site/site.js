"use strict";
// What every page does: language, theme, search, sorting, and how a figure is cited. Nothing is computed here.
const by = (id) => document.getElementById(id);
const make = (tag, text, ...rest) => {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  for (const part of rest) {
    if (part instanceof Node || typeof part === "string") made.append(part);
    else for (const [name, value] of Object.entries(part)) made.setAttribute(name, value);
  }
  return made;
};
const kept = {
  get: (name) => { try { return localStorage.getItem(`chipcalc.${name}`); } catch { return null; } },
  set: (name, value) => { try { localStorage.setItem(`chipcalc.${name}`, value); } catch { /* not kept */ } },
};
const html = document.documentElement;
document.head.append(make("link", "", { rel: "icon", href: "data:," })); // no request for an icon
const usual = navigator.language.startsWith("zh") ? "zh" : "en";
html.lang = kept.get("lang") || usual;
if (kept.get("theme")) html.dataset.theme = kept.get("theme");

const t = (key, ...held) => PHRASES[key][html.lang].replace(/\{(\d)\}/g, (_, place) => held[place]);
const labelled = (key, tag, ...rest) => make(tag, t(key), { "data-t": key }, ...rest);
const speak = () => {
  for (const one of document.querySelectorAll("[data-t]")) one.textContent = t(one.dataset.t);
  for (const one of document.querySelectorAll("[data-label]")) one.setAttribute("aria-label", t(one.dataset.label));
  for (const one of document.querySelectorAll("[data-hint]")) one.placeholder = t(one.dataset.hint);
  for (const table of document.querySelectorAll("table.stack")) {
    const heads = [...table.tHead.rows[0].cells].map((head) => head.textContent);
    for (const cell of table.querySelectorAll("td")) cell.dataset.head = heads[cell.cellIndex];
  }
  document.dispatchEvent(new Event("spoken"));
};

// The state of a page is its address: #a=cm384&b=nvl72.
const address = {
  get: () => Object.fromEntries(new URLSearchParams(location.hash.slice(1))),
  set: (state) => {
    const held = Object.entries(state).filter(([, value]) => value !== "" && value !== null && value !== undefined);
    history.replaceState(null, "", `#${new URLSearchParams(held)}`);
  },
};

const load = (path) => new Promise((done) => {
  const script = make("script", "", { src: document.body.dataset.root + path });
  for (const end of ["load", "error"]) script.addEventListener(end, done);
  document.head.append(script);
});

const wordsOf = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
const holds = (text, words) => words.every((word) => text.toLowerCase().includes(word));
const searched = async () => { if (!window.SEARCH) await load("data/search.js"); return window.SEARCH || []; };

const search = () => {
  const input = make("input", "", { type: "search", role: "combobox", "aria-expanded": "false", "aria-controls": "found",
    "aria-autocomplete": "list", autocomplete: "off", "data-label": "search", "data-hint": "search_hint", id: "search" });
  const list = make("ul", "", { id: "found", role: "listbox", "data-label": "search", hidden: "" });
  const say = make("span", "", { role: "status", class: "unseen" });
  let at = -1;
  const mark = (next) => {
    const rows = [...list.children];
    rows.forEach((row, place) => row.setAttribute("aria-selected", place === next));
    at = next;
    if (rows[at]) { input.setAttribute("aria-activedescendant", rows[at].id); rows[at].scrollIntoView({ block: "nearest" }); }
    else input.removeAttribute("aria-activedescendant");
  };
  const open = (is) => { list.hidden = !is; input.setAttribute("aria-expanded", is); mark(-1); };
  const show = async () => {
    const all = await searched();
    const words = wordsOf(input.value);
    const rank = ([path, name, more]) => {
      if (!holds(`${name} ${more}`, words)) return -1;
      const head = words.join(" ");
      return (path.startsWith("sources/") ? 4 : 0) + (more.split(" ")[0] === head ? 0 : name.toLowerCase().startsWith(head) ? 1 : 2);
    };
    const found = words.length ? all.map((row) => [rank(row), row]).filter(([place]) => place >= 0) : [];
    found.sort((a, b) => a[0] - b[0]);
    list.replaceChildren(...found.slice(0, 12).map(([, [path, name, more]], place) => {
      const row = make("li", "", { role: "option", id: `found-${place}`, "aria-selected": "false" },
        make("span", name), make("small", `${t(path.split("/")[0])}: ${more}`));
      row.addEventListener("click", () => { location.href = `${document.body.dataset.root}${path}/index.html`; });
      return row;
    }));
    say.textContent = words.length ? (found.length ? t("found", found.length) : t("nothing")) : "";
    open(found.length > 0);
  };
  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    const many = list.children.length;
    if (event.key === "ArrowDown" && many) mark((at + 1) % many);
    else if (event.key === "ArrowUp" && many) mark((at + many - 1) % many);
    else if (event.key === "Enter" && many) list.children[Math.max(at, 0)].click();
    else if (event.key === "Escape") open(false);
    else return;
    event.preventDefault();
  });
  input.addEventListener("blur", () => setTimeout(() => open(false), 200));
  return make("div", "", { class: "search" }, input, list, say);
};

const themes = ["", "light", "dark"];
// The menu, the search field and the two switches; a page without scripts has a link to the start, which has them all.
const tools = () => {
  document.body.prepend(labelled("skip", "a", { class: "skip", href: "#main" }));
  by("menu").append(...ABOUT.menu.map((key) => labelled(key, "a", { href: `${document.body.dataset.root}${key}/index.html` })));
  by("menu").after(make("div", "", { class: "tools", id: "tools" }));

  const theme = make("button", "", { type: "button", id: "theme" });
  const named = () => { theme.textContent = `${t("theme")}: ${t(`theme_${html.dataset.theme || "auto"}`)}`; };
  theme.addEventListener("click", () => {
    const next = themes[(themes.indexOf(html.dataset.theme || "") + 1) % themes.length];
    if (next) html.dataset.theme = next; else delete html.dataset.theme;
    kept.set("theme", next);
    named();
    document.dispatchEvent(new Event("themed"));
  });
  const other = () => (html.lang === "zh" ? "en" : "zh");
  const language = make("button", "", { type: "button", id: "language" });
  const offered = () => { language.textContent = { en: "English", zh: "中文" }[other()]; language.lang = other(); };
  language.addEventListener("click", () => { html.lang = other(); kept.set("lang", html.lang); speak(); named(); offered(); });
  by("tools").append(search(), language, theme);
  named();
  offered();
};

const digits = (value, many = 4) => value.toLocaleString("en", { maximumSignificantDigits: many });

// -- forms ----------------------------------------------------------------------------------------

const field = (key, control) => make("label", "", labelled(key, "span"), control);
const choose = (id, values, chosen, named) => {
  const select = make("select", "", { id });
  for (const value of values) select.append(make("option", named(value), { value }));
  select.value = chosen;
  return select;
};

// -- tables ---------------------------------------------------------------------------------------

const sortKey = (row, column) => {
  const cell = row.cells[column];
  if (!cell) return null;
  if (cell.dataset.v !== undefined) return cell.dataset.v === "" ? null : Number(cell.dataset.v);
  const text = cell.textContent.trim();
  return text === "" ? null : /^-?[\d,.]+$/.test(text) && cell.classList.contains("n") ? Number(text.replaceAll(",", "")) : text;
};
const sortable = (table) => {
  const heads = [...table.tHead.rows[0].cells];
  const before = [...table.tBodies].map((body) => [body, [...body.rows]]);
  heads.forEach((head, column) => {
    const key = head.dataset.t;
    const button = make("button", head.textContent, { type: "button", class: "by", ...(key ? { "data-t": key } : {}) });
    head.removeAttribute("data-t");
    head.setAttribute("aria-sort", "none");
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const next = { none: "ascending", ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")];
      for (const other of heads) other.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", next);
      const sign = next === "descending" ? -1 : 1;
      table.classList.toggle("sorted", next !== "none");
      if (next === "none") { for (const [body, rows] of before) body.append(...rows); return; }
      const rows = before.flatMap(([, held]) => held).filter((row) => !row.classList.contains("group"));
      const keyed = rows.map((row) => [sortKey(row, column), row]);
      const order = (a, b) => (typeof a === "string" ? a.localeCompare(b, "en") : a - b);
      const known = keyed.filter(([value]) => value !== null).sort((a, b) => sign * order(a[0], b[0]));
      table.tBodies[0].append(...[...known, ...keyed.filter(([value]) => value === null)].map(([, row]) => row));
    });
  });
};

// A field before a table that hides the rows without its words.
const findable = (table) => {
  const input = make("input", "", { type: "search" });
  const say = make("small", "", { role: "status" });
  const rows = [...table.tBodies[0].rows].map((row) => [row, `${row.textContent} ${row.querySelector("a").getAttribute("href").split("/").at(-2)}`]);
  const find = () => {
    const words = wordsOf(input.value);
    for (const [row, text] of rows) row.hidden = !holds(text, words);
    say.textContent = words.length ? t("shown", rows.filter(([row]) => !row.hidden).length, rows.length) : "";
  };
  input.addEventListener("input", find);
  document.addEventListener("spoken", find);
  table.parentElement.before(make("div", "", { class: "filters" }, field("find", input), say));
};

// -- cite this number -----------------------------------------------------------------------------

const TEX = { "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}" };
const tex = (text) => text.replace(/[\\{}~^]/g, (sign) => TEX[sign]).replace(/[&%$#_]/g, "\\$&");
// A computed figure names the figures that it is made of: links to them.
const linked = (one) => {
  const said = one.querySelector(":scope > p"), [family, ...tail] = one.id.split(".");
  if (!said || said.querySelector("a") || one.querySelector(":scope > summary > .c")) return;
  for (const name of ABOUT.recipes[family] || []) {
    const id = name.replace("{q}", tail.slice(0, 2).join(".")).replace("{b}", tail.at(-1));
    said.append(" ", make("a", id, { href: `#${id}` }));
  }
};
// What a figure, and each that it is computed from, says of its reports.
const restsOn = (one, own, seen = new Set()) => {
  if (!one || seen.has(one.id)) return [];
  seen.add(one.id);
  linked(one);
  if (one.dataset.s) return own(one);
  const below = [...one.querySelectorAll(":scope > p > a[href^='#']")].flatMap((link) => restsOn(by(link.hash.slice(1)), own, seen));
  return [...new Set([...own(one), ...below])];
};
const sourcesOf = (one) => (one.dataset.s ? one.dataset.s.split(" ") : [...one.querySelectorAll("a[href*='/sources/']")].map((link) => link.textContent));
const natureOf = (one) => (one.dataset.k ? one.dataset.k.split(".") : []);
const NATURE = { copy: "read from a copy of the source", relay: "read only through another document" };
const NAMED = 3;
const cited = (one, all) => {
  const [title, figure, ...rest] = [...one.querySelector("summary").children].map((each) => each.firstChild.textContent.trim());
  const range = rest.find((text) => text.includes(" to ")) || "";
  const about = new Map(all.filter(([path]) => path.startsWith("sources/")).map(([path, , more, date]) => [path.slice(8), [more.slice(path.length - 7), date]]));
  const sources = restsOn(one, sourcesOf);
  const held = {
    subject: document.querySelector("h1").textContent, metric: one.id, title, figure, range, status: "as-reported", nature: restsOn(one, natureOf),
    sources, day: ABOUT.day, policy: ABOUT.policy, address: location.protocol === "file:" ? undefined : `${location.href.split("#")[0]}#${one.id}`,
  };
  const named = sources.slice(0, NAMED).map((id) => (about.has(id) ? `${about.get(id).join(", ")} (${id})` : id)).join("; ");
  const from = `${sources.length > 1 ? "sources" : "source"}: ${named}${sources.length > NAMED ? `; and ${sources.length - NAMED} more` : ""}`;
  const what = `${held.subject}, ${title}: ${figure}`;
  const unit = figure.split(" ").slice(1).join(" ");
  const nature = held.nature.length ? `headline report: ${held.nature.map((word) => NATURE[word] || word).join(", ")}` : "";
  const how = [range && `range ${range} ${unit}`.trim(), held.status, nature, from].filter(Boolean).join("; ");
  const tool = `chipcalc, catalog of ${held.day}`;
  const key = `${one.id}-${held.day}`.replace(/[^\w-]/g, "-");
  const bibtex = `@misc{chipcalc-${location.pathname.split("/").slice(-2)[0]}-${key},\n  title = {{${tex(what)}}},\n  howpublished = {{${tool}}},\n`
    + `  year = {${held.day.slice(0, 4)}},\n${held.address ? `  url = {${held.address}},\n` : ""}  note = {${tex(how)}},\n}`;
  return { line: `${[`${what}; ${how}`, tool, ABOUT.policy.replace(/\.$/, "")].join(". ")}.${held.address ? ` ${held.address}` : ""}`, BibTeX: bibtex, JSON: JSON.stringify(held, null, 1) };
};
const citing = (one) => {
  if (!one.open || one.querySelector(".cite")) return;
  linked(one);
  const box = make("details", "", { class: "cite" }, labelled("cite", "summary"));
  one.append(box);
  box.addEventListener("toggle", async () => {
    const all = await searched();
    if (box.children.length > 1) return;
    for (const [form, text] of Object.entries(cited(one, all))) {
      const copy = labelled("copy", "button", { type: "button" });
      const head = form === "line" ? labelled("line", "b") : make("b", form);
      const shown = make("pre", text, { tabindex: "0" });
      copy.addEventListener("click", async () => {
        getSelection().selectAllChildren(shown);
        if (navigator.clipboard) await navigator.clipboard.writeText(text).catch(() => {});
        copy.textContent = t("copied");
      });
      box.append(make("p", "", head, " ", copy), shown);
    }
  });
};
const reveal = () => {
  const target = by(decodeURIComponent(location.hash.slice(1)));
  if (target && target.tagName === "DETAILS") { target.open = true; target.scrollIntoView(); }
};

document.addEventListener("toggle", (event) => { if (event.target.id) citing(event.target); }, true);
document.addEventListener("DOMContentLoaded", () => {
  tools();
  for (const link of document.querySelectorAll("a[data-to]")) {
    link.href = `${link.closest("ul").previousElementSibling.firstElementChild.getAttribute("href")}#${link.dataset.to}`;
  }
  for (const table of document.querySelectorAll("table.sort")) sortable(table);
  for (const table of document.querySelectorAll("table.find")) findable(table);
  speak();
  reveal();
});
addEventListener("hashchange", reveal);
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (link && link.hash === location.hash) reveal();
});
