"use strict";
const USUAL = { system: ["chip_count", "compute_16bit.dense", "memory_capacity", "memory_bandwidth", "scale_up_bandwidth", "power.all-in"],
  chip: ["compute_16bit.dense", "memory_capacity", "memory_bandwidth", "scale_up_bandwidth", "power.chip", "process_node"] };
const wanted = { kind: "system", vendor: "", q: "", columns: "", sort: "", ...address.get() };
const columns = () => (wanted.columns ? wanted.columns.split(",") : USUAL[wanted.kind])
  .filter((id) => numberOf.has(id) && ALL.kinds[wanted.kind].units[numberOf.get(id)] !== undefined);

const draw = () => {
  address.set(wanted);
  const shown = columns().map((id) => numberOf.get(id));
  const every = ALL.kinds[wanted.kind].subjects;
  const words = wordsOf(wanted.q);
  const rows = every.filter((one) => (!wanted.vendor || one.vendor === wanted.vendor) && holds(`${one.name} ${one.id} ${one.vendor}`, words));
  const head = make("tr", "", labelled("name", "th", { scope: "col" }), labelled("vendor", "th", { scope: "col" }),
    ...shown.map((metric) => make("th", ALL.metrics[metric][TITLE] + (unit(wanted.kind, metric) ? `, ${unit(wanted.kind, metric)}` : ""), { scope: "col", class: "n" })));
  const path = `${document.body.dataset.root}${folder[wanted.kind]}`;
  by("table").replaceChildren(make("caption", t("shown", rows.length, every.length)), make("thead", "", head), make("tbody", "",
    ...rows.map((one) => make("tr", "", make("th", "", { scope: "row" }, make("a", one.name, { href: `${path}/${one.id}/index.html` })), make("td", one.vendor),
      ...shown.map((metric) => figureCell(one, metric))))));
  sortable(by("table"));
  const [place, way] = wanted.sort.split(",");
  const heads = [...by("table").tHead.rows[0].cells];
  if (heads[place]) for (let click = 0; click < (way === "descending" ? 2 : 1); click += 1) heads[place].firstChild.click();
};
by("table").addEventListener("click", ({ target }) => {
  if (!target.classList.contains("by")) return;
  const head = target.closest("th");
  const way = head.getAttribute("aria-sort");
  wanted.sort = way === "none" ? "" : `${head.cellIndex},${way}`;
  address.set(wanted);
});

const form = () => {
  const vendors = [...new Set(ALL.kinds[wanted.kind].subjects.map((one) => one.vendor))].sort((a, b) => a.localeCompare(b, "en"));
  const picked = metricOptions(make("select", "", { id: "columns", multiple: "", size: 6 }), wanted.kind, "");
  for (const option of picked.querySelectorAll("option")) option.selected = columns().includes(option.value);
  by("choice").replaceChildren(
    field("kind", choose("kind", ["system", "chip"], wanted.kind, (value) => t(folder[value]))),
    field("vendor", choose("vendor", ["", ...vendors], wanted.vendor, (value) => value || t("all_vendors"))),
    field("find", make("input", "", { type: "search", id: "q", value: wanted.q })), field("columns", picked));
};
by("choice").addEventListener("input", ({ target }) => {
  if (target.id === "columns") wanted.columns = [...target.selectedOptions].map((one) => one.value).join(",");
  else wanted[target.id] = target.value;
  wanted.sort = target.id === "q" ? wanted.sort : "";
  if (target.id === "kind") { Object.assign(wanted, { vendor: "", columns: "" }); form(); by("kind").focus(); }
  draw();
});
by("choice").addEventListener("submit", (event) => event.preventDefault());
by("say").dataset.t = "address_note";
document.addEventListener("spoken", () => { form(); draw(); });
