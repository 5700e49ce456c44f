"use strict";
const PAST = window.MOVED.subjects;
const from = (row) => window.MOVED.sources[row[2]];
const wanted = { id: "nvl72", metric: "", ...address.get() };
const subject = () => PAST.find((one) => one.id === wanted.id) || PAST[0];
const draw = () => {
  const one = subject();
  const [id, title, unit, value, rows] = one.lines.find((line) => line[0] === wanted.metric) || one.lines.find((line) => new Set(line[4].map((row) => row[1])).size > 1) || one.lines[0];
  Object.assign(wanted, { id: one.id, metric: id });
  by("metric").value = id;
  address.set(wanted);
  const told = (number) => `${number.toLocaleString("en", { maximumSignificantDigits: 4 })}${unit === "x" ? "" : ` ${unit.replace(" per ", "/")}`}`;
  by("title").textContent = `${one.name}: ${title}`;
  by("say").replaceChildren(labelled("headline", "span"), ": ", make("a", told(value), { href: `${document.body.dataset.root}${one.path}/index.html#${id}` }), ". ", labelled("history_note", "span"));
  plotted({ points: { x: rows.map((row) => Date.parse(row[3])), y: rows.map((row) => row[1]), name: rows.map(from), day: rows.map((row) => row[0]), yt: rows.map((row) => told(row[1])) } },
    { y: `${title}${unit === "x" ? "" : ` (${unit.replace(" per ", "/")})`}` });
  const head = make("tr", "", labelled("date", "th", { scope: "col" }), labelled("figure", "th", { scope: "col", class: "n" }), labelled("source", "th", { scope: "col" }));
  by("table").replaceChildren(make("thead", "", head), make("tbody", "", ...rows.map((row) => make("tr", "", make("td", row[0]),
    make("td", told(row[1]), { class: "n", "data-v": row[1] }), make("td", "", make("a", from(row), { href: `${document.body.dataset.root}sources/${from(row)}/index.html` }))))));
  sortable(by("table"));
};
const form = () => {
  const who = make("select", "", { id: "id" }, ...PAST.map((one) => make("option", one.name, { value: one.id })));
  const what = make("select", "", { id: "metric" }, ...subject().lines.map((line) => make("option", `${line[1]} (${line[4].length})`, { value: line[0] })));
  who.value = wanted.id;
  if (wanted.metric) what.value = wanted.metric;
  by("choice").replaceChildren(field("subject", who), field("metric", what));
};
by("choice").addEventListener("input", ({ target }) => {
  wanted[target.id] = target.value;
  if (target.id === "id") { wanted.metric = ""; form(); by("id").focus(); }
  draw();
});
by("choice").addEventListener("submit", (event) => event.preventDefault());
by("title").removeAttribute("data-t");
document.addEventListener("spoken", () => { form(); draw(); });
