"use strict";
const wanted = { kind: "chip", x: "memory_bandwidth", y: "compute_16bit.dense", vendor: "", ...address.get() };
const draw = () => {
  address.set(wanted);
  const [x, y] = [numberOf.get(wanted.x), numberOf.get(wanted.y)];
  const held = ALL.kinds[wanted.kind].subjects.filter((one) => one.f[x] && one.f[y] && one.f[x][VALUE] > 0 && one.f[y][VALUE] > 0
    && (!wanted.vendor || one.vendor === wanted.vendor));
  by("say").textContent = t("points", held.length);
  const named = (metric) => ALL.metrics[metric][TITLE] + (unit(wanted.kind, metric) ? ` (${unit(wanted.kind, metric)})` : "");
  const column = (metric, place) => held.map((one) => ends(one.f[metric])[place]);
  const said = (metric) => held.map((one) => [told(one.f[metric]), unit(wanted.kind, metric), range(one.f[metric]) && `(${range(one.f[metric])})`].filter(Boolean).join(" "));
  plotted({ points: { x: column(x, 0), x0: column(x, 1), x1: column(x, 2), y: column(y, 0), y0: column(y, 1), y1: column(y, 2), name: held.map((one) => one.name),
    vendor: held.map((one) => one.vendor), xt: said(x), yt: said(y) } }, { x: named(x), y: named(y) });
  const head = make("tr", "", labelled("name", "th", { scope: "col" }), labelled("vendor", "th", { scope: "col" }),
    make("th", named(x), { scope: "col", class: "n" }), make("th", named(y), { scope: "col", class: "n" }));
  by("table").className = "pair";
  by("table").replaceChildren(make("thead", "", head), make("tbody", "", ...held.map((one) => make("tr", "",
    make("th", one.name, { scope: "row" }), make("td", one.vendor), figureCell(one, x), figureCell(one, y)))));
  sortable(by("table"));
};
const form = () => {
  const vendors = [...new Set(ALL.kinds[wanted.kind].subjects.map((one) => one.vendor))].sort((a, b) => a.localeCompare(b, "en"));
  const known = (id, other) => (ALL.kinds[wanted.kind].units[numberOf.get(id)] === undefined ? other : id);
  wanted.x = known(wanted.x, "memory_bandwidth");
  wanted.y = known(wanted.y, "compute_16bit.dense");
  by("choice").replaceChildren(
    field("kind", choose("kind", ["chip", "system"], wanted.kind, (value) => t(folder[value]))),
    field("horizontal", metricOptions(make("select", "", { id: "x" }), wanted.kind, wanted.x)),
    field("vertical", metricOptions(make("select", "", { id: "y" }), wanted.kind, wanted.y)),
    field("vendor", choose("vendor", ["", ...vendors], wanted.vendor, (value) => value || t("all_vendors"))));
};
by("choice").addEventListener("input", ({ target }) => {
  wanted[target.id] = target.value;
  if (target.id === "kind") { wanted.vendor = ""; form(); by("kind").focus(); }
  draw();
});
by("choice").addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("spoken", () => { form(); draw(); });
