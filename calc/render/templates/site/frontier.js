"use strict";
const HELD = window.FRONTIER;
const [USER, USER_LOW, USER_HIGH, RATE, RATE_LOW, RATE_HIGH, TPOT, LAYOUT] = [0, 1, 2, 3, 4, 5, 6, 7];
const FEW = 10;
const wanted = { model: "", ...address.get() };
const between = (value, low, high) => `${digits(value)} (${digits(low)} to ${digits(high)})`;
const draw = () => {
  const one = HELD.models.find((each) => each.id === wanted.model) || HELD.models[0];
  if (!one) { by("say").textContent = t("nothing"); return; }
  wanted.model = one.id;
  address.set(wanted);
  const distinct = (texts) => [...new Set(texts)].filter(Boolean);
  by("say").textContent = `${t("frontier_of", one.name, ...HELD.workload, distinct(one.curves.map(({ precision }) => precision)).join(", "))} ${t("frontier_note")}`;
  by("verdict").replaceChildren(make("ul", "", ...distinct(one.curves.flatMap(({ notes }) => notes)).map((text) => make("li", text))));
  const columns = Object.fromEntries(one.curves.map(({ points }, place) => [`points${place}`, {
    x: points.map((row) => row[USER]), y: points.map((row) => row[RATE]), low: points.map((row) => row[RATE_LOW]), high: points.map((row) => row[RATE_HIGH]),
    name: points.map(() => HELD.systems[place][1]), layout: points.map((row) => row[LAYOUT]),
    xt: points.map((row) => between(row[USER], row[USER_LOW], row[USER_HIGH])), yt: points.map((row) => between(row[RATE], row[RATE_LOW], row[RATE_HIGH])) }]));
  plotted(columns, { x: t("per_user"), y: t("per_chip") });
  const heads = [["layout"], ["per_user", "n"], ["per_chip", "n"], ["range", "n"], ["tpot", "n"]];
  const bodies = one.curves.map(({ points, precision, refused }, place) => {
    const [id, name] = HELD.systems[place];
    const head = make("tr", "", make("th", "", { colspan: heads.length, scope: "rowgroup" }, make("a", name, { href: `${document.body.dataset.root}systems/${id}/index.html` }), ` ${precision}`));
    const rows = points.map((row) => make("tr", "", make("th", row[LAYOUT], { scope: "row" }), make("td", digits(row[USER]), { class: "n" }), make("td", digits(row[RATE]), { class: "n" }),
      make("td", `${digits(row[RATE_LOW])} to ${digits(row[RATE_HIGH])}`, { class: "n" }), make("td", digits(row[TPOT]), { class: "n" })));
    const body = make("tbody", "", head, ...(rows.length ? rows : [make("tr", "", make("td", refused || t("nothing"), { colspan: heads.length }))]));
    if (rows.length > FEW) {
      const more = labelled("every_row", "button", { type: "button", class: "more" });
      more.addEventListener("click", () => { body.className = ""; more.remove(); });
      head.cells[0].append(more);
      body.className = "few";
    }
    return body;
  });
  by("table").className = "pair";
  by("table").replaceChildren(make("thead", "", make("tr", "", ...heads.map(([key, name = ""]) => labelled(key, "th", { scope: "col", class: name })))), ...bodies);
};
const form = () => {
  by("choice").replaceChildren(field("model", choose("model", HELD.models.map((one) => one.id), wanted.model || (HELD.models[0] || {}).id, (id) => HELD.models.find((one) => one.id === id).name)));
};
by("choice").addEventListener("input", ({ target }) => { wanted[target.id] = target.value; draw(); });
by("choice").addEventListener("submit", (event) => event.preventDefault());
by("title").dataset.t = "frontier_title";
document.addEventListener("spoken", () => { form(); draw(); });
