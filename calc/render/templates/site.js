const held = JSON.parse(by("data-json").textContent);
const web = (url) => /^https?:\/\//.test(url);
const [ID, TITLE, GROUP, BETTER, SCOPE] = [0, 1, 2, 3, 4];
const [R_METRIC, R_VALUE, R_TEXT, R_SPAN, R_STANDING, R_SHORT] = [0, 1, 4, 5, 6, 7];

const kind = () => document.querySelector("input[name=kind]:checked").value;
const subject = (id) => held.kinds[kind()].subjects.find((one) => one.id === id);

const fill = () => {
  for (const [place, id] of ["one", "other"].entries()) {
    const options = held.kinds[kind()].subjects.map((one) => make("option", `${one.name} (${one.id})`, { value: one.id }));
    by(id).replaceChildren(...options);
    if (held.first[kind()][place]) by(id).value = held.first[kind()][place];
  }
  for (const fieldset of document.querySelectorAll(".scopes")) fieldset.hidden = kind() === "chip";
  document.querySelector("input[name=scope][value='']").checked = true;
};

const links = new Map();
const source = (id) => {
  links.set(id, true);
  return make("a", id, { href: `#s-${id}` });
};

const working = (lines) => {
  const list = make("ul", "", { class: "flat" });
  for (const [depth, what, said, from, details, selected] of lines) {
    const item = make("li", "", { class: `${selected ? "selected " : ""}depth-${Math.min(depth, 5)}` });
    if (what) item.append(make("b", what), " ");
    item.append(make("span", said, { class: "number" }));
    if (from || details) {
      const small = make("small");
      if (from) small.append(source(from), " ");
      small.append(details);
      item.append(make("br"), small);
    }
    list.append(item);
  }
  return list;
};

const figure = (one, metric) => {
  const cell = make("td", "", { class: "n" });
  const found = one.figures[metric];
  if (!found || found[0] === null) {
    cell.append(make("span", found ? found[1] : "not reported", { class: "gap" }));
    if (found && found[4]) cell.append(" ", make("span", found[4], { class: "span" }));
    return cell;
  }
  const [value, text, span, marks, hint] = found;
  cell.append(make("a", "", { class: "figure", href: `#w-${held.metrics[metric][ID]}`, title: hint },
    make("data", text, { value })));
  if (marks) cell.append(" ", make("span", marks, { class: "marks" }));
  if (span) cell.append(" ", make("span", span, { class: "span" }));
  return cell;
};

const share = (row, label) => {
  const cell = make("td", "", { class: "n share", "data-label": label });
  if (!row) {
    cell.append(make("span", "no ratio", { class: "gap" }));
    return cell;
  }
  cell.append(make("data", row[R_TEXT], { value: row[R_VALUE] }));
  if (row[R_SPAN]) cell.append(" ", make("span", row[R_SPAN], { class: "span" }));
  if (row[R_STANDING]) cell.append(" ", make("span", row[R_STANDING], { class: `standing ${row[R_STANDING]}` }));
  return cell;
};

const showTable = (one, other) => {
  const here = held.kinds[kind()];
  const ratios = new Map((held.pairs[`${one.id}/${other.id}`] || []).map((row) => [row[R_METRIC], row]));
  const have = new Set([...here.core, ...Object.keys(one.figures).map(Number), ...Object.keys(other.figures).map(Number)]);
  const head = make("tr", "",
    make("th", "", { scope: "col", "aria-sort": "none" }, make("button", "Metric", { type: "button", class: "sort", "data-by": "text" })),
    make("th", one.name, { scope: "col", class: "n" }), make("th", other.name, { scope: "col", class: "n" }),
    make("th", "", { scope: "col", class: "n", "aria-sort": "none" },
      make("button", `${one.id} / ${other.id}`, { type: "button", class: "sort", "data-by": "number" })));
  const parts = [make("caption", `Figures of ${one.name} and ${other.name}, with ratios`, { class: "unseen" }), make("thead", "", head)];
  const workings = [];
  let group = "";
  held.metrics.forEach((metric, number) => {
    if (!have.has(number)) return;
    const row = ratios.get(number);
    const short = (row && row[R_SHORT]) || here.core.includes(number);
    if (metric[GROUP] !== group) {
      group = metric[GROUP];
      const heading = make("th", group[0].toUpperCase() + group.slice(1), { scope: "rowgroup", colspan: "4" });
      parts.push(make("tbody", "", { class: "group", "data-group": group }, make("tr", "", heading)));
    }
    const unit = `${here.units[number]}${metric[BETTER] === "neither" ? "" : `, ${metric[BETTER]} is better`}`;
    const title = make("th", "", { scope: "row", title: metric[ID] }, make("span", metric[TITLE], { class: "title" }),
      make("span", unit, { class: "unit" }));
    const line = make("tr", "", title, figure(one, number), figure(other, number), share(row, `${one.id} / ${other.id}`));
    parts.push(make("tbody", "", { class: `line${short ? "" : " more"}`, "data-group": group, "data-scope": metric[SCOPE],
      "data-metric": metric[ID] }, line));
    const lines = [one, other].filter((each) => each.workings[number]);
    if (lines.length) {
      const box = make("details", "", { class: "working", id: `w-${metric[ID]}` }, make("summary", metric[TITLE]));
      box.addEventListener("toggle", () => {
        if (box.open && box.children.length === 1) {
          for (const each of lines) box.append(make("p", each.name), working(each.workings[number]));
          showSources();
        }
      });
      workings.push(box);
    }
  });
  by("table").replaceChildren(...parts);
  by("workings-list").replaceChildren(...workings);
  sortable(by("table"));
};

const showClaims = (one, other) => {
  const rows = held.claims[[one.id, other.id].sort().join("/")] || [];
  by("claims-none").hidden = rows.length > 0;
  by("claims-table").hidden = rows.length === 0;
  by("claims-body").replaceChildren(...rows.map(([from, about, claimed, own, any]) => make("tr", "",
    make("th", "", { scope: "row" }, source(from), make("span", about, { class: "unit" })),
    make("td", claimed, { "data-label": "Claimed" }), make("td", own, { "data-label": "By own figures" }),
    make("td", any, { "data-label": "By any reports" }))));
};

const showSources = () => {
  by("sources-list").replaceChildren(...[...links.keys()].sort().map((id) => {
    const [title, publisher, date, type, url] = held.sources[id];
    const item = make("li", "", { id: `s-${id}` }, make("b", id));
    item.append(". ", web(url) ? make("a", title, { href: url, rel: "noopener noreferrer" }) : title);
    item.append(`. ${publisher}, ${date} (${type}).`);
    return item;
  }));
};

const show = () => {
  const [one, other] = [subject(by("one").value), subject(by("other").value)];
  links.clear();
  by("pair").textContent = `${one.name} vs ${other.name}`;
  showTable(one, other);
  showClaims(one, other);
  showSources();
  by("say").textContent = one === other ? "Choose two different ones." : held.pairs[`${one.id}/${other.id}`]
    ? `Ratios say how many ${other.name} equal one ${one.name}, where figures add up.`
    : "They have no figure on one basis; below is what each has.";
};

for (const radio of document.querySelectorAll("input[name=kind]")) radio.addEventListener("change", () => { fill(); show(); });
for (const id of ["one", "other"]) by(id).addEventListener("change", show);
by("swap").addEventListener("click", () => {
  [by("one").value, by("other").value] = [by("other").value, by("one").value];
  show();
});
fill();
show();
