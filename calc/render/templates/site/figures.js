"use strict";
// What the pages of comparison, table and scatter share: the figures, and how ratios follow from them.
const ALL = window.FIGURES;
const [ID, TITLE, GROUP, BETTER, COUNTS] = [0, 1, 2, 3, 4];
const [VALUE, MARKS, TEXT] = [0, 3, 4];
const numberOf = new Map(ALL.metrics.map((one, place) => [one[ID], place]));
const kindOf = new Map(Object.entries(ALL.kinds).flatMap(([kind, held]) => held.subjects.map((one) => [one.id, kind])));
const subjects = new Map(Object.values(ALL.kinds).flatMap((held) => held.subjects).map((one) => [one.id, one]));
const folder = { system: "systems", chip: "chips" };

const ends = (found) => (found.length < 3 ? [found[0], found[0], found[0]] : found.slice(0, 3));
const grouped = (text) => text.replace(/^\d{4,}/, (whole) => Number(whole).toLocaleString("en"));
const told = (found) => (found[TEXT] ? grouped(found[TEXT]) : digits(found[VALUE]));
const range = (found) => {
  const [, low, high] = ends(found);
  const [from, to] = [digits(low), digits(high)];
  return from === to ? "" : `${from} to ${to}`;
};
const unit = (kind, metric) => {
  const text = (ALL.kinds[kind].units[metric] || "").replace(" per ", "/").replace(/\/chip$/, "");
  return text === "x" ? "" : text;
};
const figureCell = (one, metric) => {
  const found = one.f[metric];
  if (!found) return make("td", t("not_reported"), { class: "n gap", "data-v": "" });
  const id = ALL.metrics[metric][ID];
  const cell = make("td", "", { class: "n", "data-v": found[VALUE] });
  const path = `${document.body.dataset.root}${folder[kindOf.get(one.id)]}/${one.id}/index.html`;
  cell.append(make("a", told(found), { href: id === "power_scopes" ? path : `${path}#${id}` }));
  if (found[MARKS]) cell.append(" ", make("i", found[MARKS]));
  const between = range(found);
  if (between) cell.append(" ", make("small", between));
  return cell;
};

// Exact: two figures that share no disputed report take their values independently. Those that do are in `shared`.
const ratio = (a, b, metric) => {
  const [one, other] = [a.f[metric], b.f[metric]];
  if (!one || !other || a === b || (b.zero || []).includes(metric)) return null;
  const [first, second] = [ALL.shared[`${a.id}/${b.id}`], ALL.shared[`${b.id}/${a.id}`]];
  if (first && first[metric]) return first[metric];
  if (second && second[metric]) {
    const [value, low, high] = second[metric];
    return [1 / value, 1 / high, 1 / low];
  }
  const [[value, low, high], [under, least, most]] = [ends(one), ends(other)];
  return [value / under, low / most, high / least];
};
const isOpen = (a, b, metric) => ALL.metrics[metric][ID] === "power_scopes"
  || [a, b].some((one) => (one.f[metric][MARKS] || "").includes("?"));
const standing = (a, b, metric, found) => {
  if (isOpen(a, b, metric)) return "open";
  const [, low, high] = found;
  if (high < 1 + ALL.tie && low * (1 + ALL.tie) > 1) return "level";
  if (low <= 1 && high >= 1) return "overlapping";
  return (low > 1) === (ALL.metrics[metric][BETTER] > 0) ? "ahead" : "behind";
};

// The default rows of a comparison, and whether each counts: as `compare` shows them.
const scoreLines = (a, b) => {
  const kind = kindOf.get(a.id);
  const has = (one, id) => one.f[numberOf.get(id)] !== undefined;
  const most = (family, words) => Object.keys(words).reduce((best, word) => {
    const held = (name) => [a, b].filter((one) => has(one, `${family}.${name}`)).length;
    return held(word) > held(best) ? word : best;
  });
  const [boundary, currency] = [most("power", ALL.b), most("price", ALL.c)];
  const filled = (text) => text.replace("{b}", boundary).replace("{B}", ALL.b[boundary]).replace("{c}", currency).replace("{C}", ALL.c[currency]);
  const scopes = [a, b].map((one) => ALL.scopes.filter((id) => has(one, id)));
  const apart = scopes.every((some) => some.length) && !scopes[0].some((id) => scopes[1].includes(id));
  const always = ALL.always.map(filled);
  const isMeasured = (id) => id.endsWith(".measured");
  const failsAsPeak = (id) => [a, b].some((one) => {
    const [measured, peak] = [one.f[numberOf.get(id)], one.f[numberOf.get(id.replace(/\.measured$/, ""))]];
    return measured && !(peak && !(peak[MARKS] || "").includes("?") && peak[VALUE] >= measured[VALUE]);
  });
  const found = [];
  for (const [group, counted, rows] of ALL.kinds[kind].groups) {
    for (const [title, pattern] of rows) {
      const id = filled(pattern);
      const metric = numberOf.get(id);
      if (metric === undefined || (id === "power_scopes" && !apart)) continue;
      const held = [a, b].filter((one) => one.f[metric]).length;
      if (isMeasured(id) ? failsAsPeak(id) : held >= (always.includes(id) ? 1 : 2)) {
        found.push({ group: filled(group), title: filled(title), metric, counts: counted && ALL.metrics[metric][COUNTS] === 1 });
      }
    }
  }
  return found;
};

// -- choosing --------------------------------------------------------------------------------------

const options = (select, kinds, chosen) => {
  for (const kind of kinds) {
    const vendors = Map.groupBy ? Map.groupBy(ALL.kinds[kind].subjects, (one) => one.vendor)
      : ALL.kinds[kind].subjects.reduce((held, one) => held.set(one.vendor, [...(held.get(one.vendor) || []), one]), new Map());
    for (const vendor of [...vendors.keys()].sort((a, b) => a.localeCompare(b, "en"))) {
      const group = make("optgroup", "", { label: kinds.length > 1 ? `${vendor} (${t(folder[kind])})` : vendor });
      for (const one of vendors.get(vendor)) group.append(make("option", one.name, { value: one.id }));
      select.append(group);
    }
  }
  if (chosen) select.value = chosen;
  return select;
};
const metricOptions = (select, kind, chosen) => {
  const groups = new Map();
  ALL.metrics.forEach((one, place) => {
    if (ALL.kinds[kind].units[place] === undefined || one[ID] === "power_scopes") return;
    const text = one[TITLE] + (unit(kind, place) ? ` (${unit(kind, place)})` : "");
    groups.set(one[GROUP], [...(groups.get(one[GROUP]) || []), make("option", text, { value: one[ID] })]);
  });
  select.replaceChildren(...[...groups].map(([label, held]) => make("optgroup", "", { label }, ...held)));
  select.value = chosen;
  return select;
};
