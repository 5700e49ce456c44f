"use strict";
const PAST = window.MOVED.subjects;
const from = (row) => window.MOVED.sources[row[2]];
const wanted = { id: "cm384", metric: "", ...address.get() };
const subject = () => PAST.find((one) => one.id === wanted.id) || PAST[0];
const metricOf = (line) => window.MOVED.metrics[line[0]];
// What a subject opens on: power with several reports, else the figure with the most.
const useful = (lines) => {
  const power = lines.filter((line) => metricOf(line)[0].startsWith("power.") && line[2].length > 1);
  return (power.length ? power : lines).reduce((best, line) => (line[2].length > best[2].length ? line : best));
};
// The first and the last day that a date as exact as known may mean.
const spanOf = (text) => {
  const [year, month, day] = text.split("-").map(Number);
  return [Date.UTC(year, (month || 1) - 1, day || 1), day ? Date.UTC(year, month - 1, day) : Date.UTC(year, month || 12, 0)];
};
const draw = () => {
  const one = subject();
  const line = one.lines.find((each) => metricOf(each)[0] === wanted.metric) || useful(one.lines);
  const [[id, title, unit], [, value, rows]] = [metricOf(line), line];
  Object.assign(wanted, { id: one.id, metric: id });
  by("metric").value = id;
  address.set(wanted);
  const told = (number) => `${number.toLocaleString("en", { maximumSignificantDigits: 4 })}${unit === "x" ? "" : ` ${unit.replace(" per ", "/")}`}`;
  by("title").textContent = `${one.name}: ${title}`;
  by("say").replaceChildren(labelled("headline", "span"), ": ", make("a", told(value), { href: `${document.body.dataset.root}${one.path}/index.html#${id}` }), ". ", labelled("history_note", "span"));
  const spans = rows.map((row) => spanOf(row[0]));
  plotted({ points: { x: spans.map(([from, to]) => (from + to) / 2), x0: spans.map(([from]) => from), x1: spans.map(([, to]) => to), y: rows.map((row) => row[1]), name: rows.map(from), day: rows.map((row) => row[0]), yt: rows.map((row) => told(row[1])) } },
    { y: `${title}${unit === "x" ? "" : ` (${unit.replace(" per ", "/")})`}` });
  const head = make("tr", "", labelled("date", "th", { scope: "col" }), labelled("figure", "th", { scope: "col", class: "n" }), labelled("source", "th", { scope: "col" }));
  by("table").replaceChildren(make("thead", "", head), make("tbody", "", ...rows.map((row) => make("tr", "", make("td", row[0], { class: "d" }),
    make("td", told(row[1]), { class: "n", "data-v": row[1] }), make("td", "", make("a", from(row), { href: `${document.body.dataset.root}sources/${from(row)}/index.html` }))))));
  sortable(by("table"));
};
const form = () => {
  const who = make("select", "", { id: "id" }, ...PAST.map((one) => make("option", one.name, { value: one.id })));
  const what = make("select", "", { id: "metric" }, ...subject().lines.map((line) => make("option", `${metricOf(line)[1]} (${line[2].length})`, { value: metricOf(line)[0] })));
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
