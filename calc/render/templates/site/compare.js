"use strict";
const LISTS = { ahead: "leads", behind: "trails", level: "equal", overlapping: "overlaps", open: "opens" };
const ARROWS = { ahead: "▲ ", behind: "▼ " };
const asked = address.get();
const wanted = { a: "cm384", b: "nvl72", precision: "", level: "", group: "", q: "", all: "", ...asked };
if (!subjects.has(wanted.a)) wanted.a = subjects.keys().next().value;
const fit = ALL.kinds[kindOf.get(wanted.a)].subjects.map((one) => one.id);
if (!fit.includes(wanted.b)) wanted.b = fit.find((id) => id !== wanted.a) || wanted.a;
if (asked.a && !asked.b && wanted.a === wanted.b) wanted.b = fit.find((id) => id !== wanted.a) || wanted.a;

const precisions = [...new Set(ALL.metrics.map((one) => one[ID].match(/^(?:peak_compute|compute_per_\w+|power_per_compute|price_per_compute)\.([^.]+)/)?.[1]).filter(Boolean))];
const groups = [...new Set(ALL.metrics.map((one) => one[GROUP]))];
const shortRatio = (value) => (value >= 0.1 && value < 1 ? value.toFixed(2)
  : value.toLocaleString("en", { minimumSignificantDigits: value < 1 ? 2 : 3, maximumSignificantDigits: value < 1 ? 2 : 3 }));

const draw = () => {
  const [a, b] = [subjects.get(wanted.a), subjects.get(wanted.b)];
  const kind = kindOf.get(a.id);
  address.set(wanted);
  by("title").textContent = `${a.name} vs ${b.name}`;
  document.title = `${a.name} vs ${b.name} - chipcalc`;
  const lines = a === b ? [] : scoreLines(a, b);
  const tally = new Map();
  for (const line of lines) {
    const found = line.counts && ratio(a, b, line.metric);
    if (!found) continue;
    const where = standing(a, b, line.metric, found);
    const held = tally.get(line.group) || {};
    tally.set(line.group, { ...held, [where]: (held[where] || 0) + 1 });
  }
  const sum = (held) => Object.values(held).reduce((all, many) => all + many, 0);
  by("say").textContent = a === b ? t("pick_two") : tally.size ? t("ratio_says", a.name, b.name) : t("no_common");
  by("verdict").replaceChildren();
  if (tally.size) {
    const head = make("tr", "", labelled("group", "th", { scope: "col" }), labelled("compared", "th", { scope: "col", class: "n" }),
      ...Object.values(LISTS).map((key) => labelled(key, "th", { scope: "col", class: "n" })));
    const rows = [...tally].map(([group, held]) => make("tr", "", make("th", group, { scope: "row" }), make("td", String(sum(held)), { class: "n" }),
      ...Object.keys(LISTS).map((where) => make("td", String(held[where] || ""), { class: `n ${where}` }))));
    by("verdict").append(make("div", "", { class: "wide", role: "region", tabindex: "0", "aria-label": t("verdict") },
      make("table", "", { class: "narrow" }, make("caption", t("verdict_of", a.name, b.name)), make("thead", "", head), make("tbody", "", ...rows))));
  }
  drawTable(a, b, kind, lines);
  drawClaims(a, b);
};

const drawTable = (a, b, kind, lines) => {
  const all = [...ALL.metrics.keys()].filter((metric) => (a.f[metric] || b.f[metric]) && ALL.metrics[metric][ID] !== "power_scopes")
    .map((metric) => ({ group: ALL.metrics[metric][GROUP], title: ALL.metrics[metric][TITLE], metric, counts: true }));
  const every = wanted.all ? all : lines;
  const words = wordsOf(wanted.q);
  const passes = ({ title, metric, group }) => {
    const id = ALL.metrics[metric][ID];
    const chip = kind === "chip" || id.includes(".per-chip") || id.includes("per_chip");
    return holds(`${title} ${id}`, words) && (!wanted.group || ALL.metrics[metric][GROUP] === wanted.group || group === wanted.group)
      && (!wanted.precision || !precisions.some((one) => id.split(".").includes(one)) || id.split(".").includes(wanted.precision))
      && (!wanted.level || (wanted.level === "chip") === chip);
  };
  const shown = every.filter(passes);
  const head = make("tr", "", labelled("metric", "th", { scope: "col" }), make("th", a.name, { scope: "col", class: "n" }),
    make("th", b.name, { scope: "col", class: "n" }), labelled("ratio", "th", { scope: "col", class: "n" }), labelled("range", "th", { scope: "col", class: "n" }));
  const bodies = [];
  let group = null;
  for (const line of shown) {
    if (line.group !== group) {
      group = line.group;
      bodies.push(make("tbody", "", make("tr", "", { class: "group" }, make("th", group[0].toUpperCase() + group.slice(1), { colspan: 5, scope: "rowgroup" }))));
    }
    const found = ratio(a, b, line.metric);
    const where = found && line.counts && ALL.metrics[line.metric][BETTER] ? standing(a, b, line.metric, found) : "";
    const row = make("tr", "", { "data-metric": ALL.metrics[line.metric][ID] }, make("th", line.title, { scope: "row", title: ALL.metrics[line.metric][ID] }, " ", make("small", unit(kind, line.metric))),
      figureCell(a, line.metric), figureCell(b, line.metric));
    if (found) {
      const [from, to] = [shortRatio(found[1]), shortRatio(found[2])];
      row.append(make("td", "", { class: "n", "data-v": found[0] }, make("b", `${ARROWS[where] || ""}${shortRatio(found[0])}${where === "open" ? " ?" : ""}`, where ? { class: where } : {})),
        make("td", from === to ? "" : `${from} to ${to}`, { class: "n", "data-v": found[1], "data-low": found[1], "data-high": found[2] }));
    } else row.append(make("td", "", { class: "n", "data-v": "" }), make("td", "", { class: "n", "data-v": "" }));
    bodies[bodies.length - 1].append(row);
  }
  by("table").className = "pair";
  by("table").replaceChildren(make("caption", t("shown", shown.length, all.length)), make("thead", "", head), ...bodies);
  if (bodies.length) sortable(by("table"));
};

const drawClaims = (a, b) => {
  const rows = ALL.claims[[a.id, b.id].sort().join("/")] || [];
  by("below").replaceChildren();
  if (!rows.length) return;
  by("below").append(labelled("claims", "h2"), make("ul", "", ...rows.map(([id, claimed]) =>
    make("li", "", make("a", id, { href: `${document.body.dataset.root}claims/index.html#${id}` }), ` ${claimed}`))));
};

const form = () => {
  const [one, other] = [make("select", "", { id: "a" }), make("select", "", { id: "b" })];
  options(one, ["system", "chip"], wanted.a);
  options(other, [kindOf.get(wanted.a)], wanted.b);
  const swap = labelled("swap", "button", { type: "button", id: "swap" });
  const every = make("input", "", { type: "checkbox", id: "all" });
  every.checked = Boolean(wanted.all);
  const find = make("input", "", { type: "search", id: "q", value: wanted.q });
  const text = (key) => (value) => value || t(key);
  by("choice").replaceChildren(field("first", one), field("with", other), swap,
    field("precision", choose("precision", ["", ...precisions], wanted.precision, text("any_precision"))),
    field("level", choose("level", ["", "system", "chip"], wanted.level, (value) => t(`level_${value || "all"}`))),
    field("group", choose("group", ["", ...groups], wanted.group, text("all_groups"))),
    make("label", "", every, " ", labelled("everything", "span")), field("find", find));
  swap.addEventListener("click", () => { [wanted.a, wanted.b] = [wanted.b, wanted.a]; form(); draw(); by("swap").focus(); });
};
by("choice").addEventListener("input", ({ target }) => {
  wanted[target.id] = target.type === "checkbox" ? (target.checked ? "1" : "") : target.value;
  if (target.id === "a" && kindOf.get(wanted.a) !== kindOf.get(wanted.b)) {
    wanted.b = ALL.kinds[kindOf.get(wanted.a)].subjects.find((one) => one.id !== wanted.a).id;
    form();
    by("a").focus();
  }
  draw();
});
by("choice").addEventListener("submit", (event) => event.preventDefault());
by("title").removeAttribute("data-t");
document.addEventListener("spoken", () => { form(); draw(); });
addEventListener("hashchange", () => { Object.assign(wanted, address.get()); if (subjects.has(wanted.a) && subjects.has(wanted.b)) { form(); draw(); } });
